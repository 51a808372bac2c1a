import TradingModel
import XCTest

final class OrderStateTests: XCTestCase {
    /// What the table says of one pair.
    private enum Outcome: Equatable {
        case planned, denied, submitted, working, unknown, filled, cancelled, corrected, expired, rejected
        /// The state stays as it is, with its own reason.
        case same
        case refused
    }

    private static let ownReason = StatusReason.dayEnded
    private static let newReason = StatusReason.superseded

    private static let transitions: [OrderTransition] = [
        .submit, .deny(newReason), .accept, .reject(newReason), .fill(isComplete: false), .fill(isComplete: true),
        .cancel(newReason),
        .expire(newReason), .loseTrack, .withdraw, .correct(isComplete: false), .correct(isComplete: true),
    ]

    /// The whole life cycle: one line a state, one character a transition, in their order; `.` is refused, `=` stays as it is.
    private static let table: [(state: OrderState, outcomes: [Outcome])] = [
        (.denied(ownReason), row(". . . . . . . . . . . .")),
        (.planned, row("s x . r . . c e . . . .")),
        (.submitted, row(". . w r w f c e u p = f")),
        (.working, row(". . . r w f c e u . = f")),
        (.unknown, row(". . w r w f c e . . = f")),
        (.filled, row(". . . . f f . . . . d f")),
        (.cancelled(ownReason), row(". . w . = f . . . . = f")),
        (.expired(ownReason), row(". . w . = f . . . . = f")),
        (.rejected(ownReason), row(". . w . = f . . . . = f")),
    ]

    private static func row(_ letters: String) -> [Outcome] {
        letters.split(separator: " ").map { letter in
            switch letter {
            case "p": .planned
            case "x": .denied
            case "s": .submitted
            case "w": .working
            case "u": .unknown
            case "f": .filled
            case "c": .cancelled
            case "d": .corrected
            case "e": .expired
            case "r": .rejected
            case "=": .same
            default: .refused
            }
        }
    }

    private static func state(_ outcome: Outcome, from state: OrderState) -> OrderState? {
        switch outcome {
        case .planned: .planned
        case .denied: .denied(newReason)
        case .submitted: .submitted
        case .working: .working
        case .unknown: .unknown
        case .filled: .filled
        case .cancelled: .cancelled(newReason)
        case .corrected: .cancelled(.corrected)
        case .expired: .expired(newReason)
        case .rejected: .rejected(newReason)
        case .same: state
        case .refused: nil
        }
    }

    func testTheWholeTable() throws {
        for (state, outcomes) in Self.table {
            XCTAssertEqual(outcomes.count, Self.transitions.count)
            for (transition, outcome) in zip(Self.transitions, outcomes) {
                let expected = Self.state(outcome, from: state)
                guard expected == nil else {
                    XCTAssertEqual(try state.after(transition), expected, "\(state) × \(transition)")
                    continue
                }
                XCTAssertThrowsError(try state.after(transition), "\(state) × \(transition)") {
                    XCTAssertEqual($0 as? IllegalTransition, IllegalTransition(state: state, transition: transition))
                }
            }
        }
    }

    /// Only what did not leave is planned again; what has ended takes late fills, corrections, and a second life.
    func testEndsAreFinalButForWhatBrokersReportLate() {
        for (state, _) in Self.table {
            for transition in Self.transitions {
                guard let next = try? state.after(transition) else { continue }
                XCTAssertEqual(next == .planned, transition == .withdraw)
                guard state.isTerminal else { continue }
                switch transition {
                case .fill, .correct: XCTAssertTrue(next.isTerminal)
                case .accept: XCTAssertEqual(next, .working)
                default: XCTFail("\(state) took \(transition)")
                }
            }
        }
    }

    func testWordsOfTheTables() {
        let codes = [
            "DENIED", "PLANNED", "SUBMITTED", "WORKING", "UNKNOWN", "FILLED", "CANCELLED", "EXPIRED", "REJECTED",
        ]
        XCTAssertEqual(Self.table.map(\.state.code), codes)
        XCTAssertEqual(
            Self.table.map(\.state.isTerminal), [true, false, false, false, false, true, true, true, true])
        XCTAssertEqual(
            Self.table.map(\.state.reason),
            [Self.ownReason, nil, nil, nil, nil, nil, Self.ownReason, Self.ownReason, Self.ownReason])
        XCTAssertEqual(
            Self.transitions.map(\.kind),
            [
                "SUBMITTED", "DENIED", "ACCEPTED", "REJECTED", "FILL", "FILL", "CANCELLED", "EXPIRED", "UNKNOWN",
                "NOT_SENT",
                "CORRECTED", "CORRECTED",
            ])
        let error = IllegalTransition(state: .filled, transition: .cancel(.oca))
        XCTAssertEqual("\(error)", "an order that is FILLED cannot take CANCELLED")
    }

    func testOrderTypesAndTimesHaveTheirPublishedCodes() {
        let price = Price(e8: 1)
        let types: [OrderType] = [
            .market, .limit(price), .stop(price), .stopLimit(stop: price, limit: price),
            .trailingStop(.amount(price), initialStop: nil),
            .trailingStopLimit(.fraction(e9: 1), initialStop: price, limitOffset: price),
        ]
        XCTAssertEqual(types.map(\.code), OrderType.codes)
        XCTAssertEqual(types.map(\.isStop), [false, false, true, true, true, true])
        XCTAssertEqual(types.map(\.limitPrice), [nil, price, nil, price, nil, nil])
        XCTAssertEqual(types.map(\.stopPrice), [nil, nil, price, price, nil, price])
        let times: [TimeInForce] = [
            .day, .goodTilCancelled, .goodTilDate(Timestamp(ms: 0)), .immediateOrCancel, .fillOrKill, .atTheOpening,
            .atTheClose,
        ]
        XCTAssertEqual(times.map(\.code), TimeInForce.codes)
    }

    func testPricesOfATypeChangeTogether() {
        func price(_ e8: Int64) -> Price { Price(e8: e8) }
        let cases: [(before: OrderType, after: OrderType)] = [
            (.market, .market), (.limit(price(1)), .limit(price(2))), (.stop(price(3)), .stop(price(6))),
            (.stopLimit(stop: price(1), limit: price(5)), .stopLimit(stop: price(2), limit: price(10))),
            (.trailingStop(.amount(price(4)), initialStop: nil), .trailingStop(.amount(price(8)), initialStop: nil)),
            (
                .trailingStop(.fraction(e9: 4), initialStop: price(1)),
                .trailingStop(.fraction(e9: 4), initialStop: price(2))
            ),
            (
                .trailingStopLimit(.amount(price(1)), initialStop: price(2), limitOffset: price(3)),
                .trailingStopLimit(.amount(price(2)), initialStop: price(4), limitOffset: price(6))
            ),
        ]
        for (before, after) in cases { XCTAssertEqual(before.mapPrices { Price(e8: $0.e8 * 2) }, after) }
    }

    func testActionsSayWhatAnOrderDoesToThePosition() {
        let cases: [(held: Int64, delta: Int64, action: OrderAction)] = [
            (0, 1, .openLong), (0, -1, .openShort), (5, 1, .increase), (5, -1, .reduce), (5, -5, .close),
            (-5, -1, .increase),
            (-5, 1, .reduce), (-5, 5, .close), (.max, .max, .increase), (-.max, -.max, .increase),
            (.max, -.max, .close),
        ]
        for (held, delta, action) in cases {
            XCTAssertEqual(
                OrderAction(held: Quantity(e8: held), delta: Quantity(e8: delta)), action, "\(held) \(delta)")
        }
        XCTAssertEqual(OrderAction.allCases.map(\.code), ["OPEN_LONG", "OPEN_SHORT", "INCREASE", "REDUCE", "CLOSE"])
    }
}
