import TradingModel
import XCTest

/// A venue that does what a test tells it: it accepts at once, and fills and confirms cancels on command.
struct FakeVenue: Venue {
    /// An order as the venue holds it.
    struct Held {
        var order: VenueOrder
        var filled = Quantity.zero
        var executions: Int32 = 0

        var remaining: Quantity { order.terms.quantity - filled }
    }

    /// Everything that was asked of it.
    private(set) var requests: [VenueRequest] = []
    private(set) var held: [OrderNumber: Held] = [:]
    /// Cancels that were asked for and not confirmed.
    private(set) var cancels: [(number: OrderNumber, effective: Timestamp, reason: StatusReason)] = []
    /// Changes that were asked for and not answered.
    private(set) var changes: [(number: OrderNumber, type: OrderType)] = []
    var acceptsAtOnce = true
    /// Whether a cancel is confirmed as soon as it is asked for.
    var cancelsAtOnce = false

    mutating func handle(_ request: VenueRequest, into events: inout [VenueEvent]) {
        requests.append(request)
        switch request {
        case .submit(let order):
            held[order.number] = Held(order: order)
            if acceptsAtOnce { events.append(.accepted(order.number, at: order.arrival)) }
        case .cancel(let number, let effective, let reason):
            guard held[number] != nil else { return }
            if cancelsAtOnce {
                held[number] = nil
                events.append(.cancelled(number, reason: reason, limitedBy: nil, at: effective))
            } else {
                cancels.append((number, effective, reason))
            }
        case .modify(let number, let type, _): changes.append((number, type))
        }
    }

    /// The open orders, by number.
    var open: [OrderNumber] { held.keys.sorted() }

    var submitted: [VenueOrder] {
        requests.compactMap { request in
            if case .submit(let order) = request { order } else { nil }
        }
    }

    var cancelled: [OrderNumber] {
        requests.compactMap { request in
            if case .cancel(let number, _, _) = request { number } else { nil }
        }
    }

    /// Fills a part of an order.
    mutating func fill(
        _ number: OrderNumber, _ quantity: Quantity, at price: Price, _ time: Timestamp, commission: Money = .zero
    ) throws -> VenueEvent {
        var order = try XCTUnwrap(held[number])
        order.filled = order.filled + quantity
        order.executions += 1
        held[number] = order.remaining == .zero ? nil : order
        return .filled(
            Fill(
                order: number, instrument: order.order.terms.instrument, side: order.order.terms.side,
                quantity: quantity,
                price: price, slippage: Money(e6: 7), commission: commission, time: time, barStart: time,
                rule: .marketOpen,
                isAmbiguous: false, executionIndex: order.executions))
    }

    /// Confirms the cancels it was asked for, of orders that it still has.
    mutating func confirmCancels() -> [VenueEvent] {
        defer { cancels.removeAll() }
        return cancels.compactMap { cancel in
            guard held.removeValue(forKey: cancel.number) != nil else { return nil }
            return .cancelled(cancel.number, reason: cancel.reason, limitedBy: nil, at: cancel.effective)
        }
    }

    /// Makes the changes it was asked for, of orders that it still has.
    mutating func confirmChanges(_ time: Timestamp) -> [VenueEvent] {
        defer { changes.removeAll() }
        return changes.compactMap { change in
            guard held[change.number] != nil else { return nil }
            held[change.number]?.order.terms.type = change.type
            return .modified(change.number, change.type, at: time)
        }
    }

    /// Refuses them.
    mutating func refuseChanges(_ time: Timestamp) -> [VenueEvent] {
        defer { changes.removeAll() }
        return changes.map { .modifyRefused($0.number, .notWorking, at: time) }
    }

    /// Lets go of an order, for a test that reports its end by hand.
    mutating func forget(_ number: OrderNumber) { held[number] = nil }

    mutating func resize(_ number: OrderNumber, to terms: OrderTerms) { held[number]?.order.terms = terms }
}
