import ExecutionService
import Networking
import TradingModel

/// Stands between a rebalance and the gateway: plays a bar whenever the one has everything that the other did, until the next
/// decision is due; then what is still open is cancelled.
///
/// What it waits for is what the two say, never a time; so a slow machine gets the same trades.
final class ParityPilot {
    /// How long a session may be without anything new while the gateway owes it something, in ms.
    private static let patience_ms: Int64 = 30_000

    private let gateway: GatewayThread
    /// How many bars may be played before the next decision.
    private let lastBar: Int
    private var states: [OrderNumber: OrderState] = [:]
    private var trades: Int
    private var status: GatewayStatus
    private var hasStopped = false
    /// When the session last got something new, on the monotonic clock.
    private var stirredAt_ms = SystemClock.monotonic_ms
    /// What went wrong; nil where all was well.
    private(set) var failure: String?
    private(set) var log: [String] = []

    init(_ gateway: GatewayThread, lastBar: Int) throws {
        self.gateway = gateway
        self.lastBar = lastBar
        status = try gateway.status()
        trades = status.executions
    }

    var observer: RebalanceObserver {
        RebalanceObserver(
            confirm: { _ in true }, stopRequest: { [self] in stopRequest() },
            log: { [self] line in log.append(line.message) }, step: { [self] step in note(step) })
    }

    private func note(_ step: RebalanceObserver.Step) {
        guard case .committed(let batch) = step else { return }
        for order in batch.newOrders + batch.changedOrders { states[order.number] = order.state }
        trades += batch.broker.trades.count
        stirredAt_ms = SystemClock.monotonic_ms
    }

    /// Asked at every turn of the session.
    private func stopRequest() -> Bool? {
        guard !hasStopped else { return nil }
        do {
            while try isEven(), status.bars < lastBar, !status.isAtEnd { status = try gateway.step() }
            hasStopped = try isEven() || isStuck
        } catch {
            failure = "\(error)"
            hasStopped = true
        }
        return hasStopped ? true : nil
    }

    /// Whether every order is at the gateway, and every fill and every end of one is known here.
    private func isEven() throws -> Bool {
        let open = states.values.filter { !$0.isTerminal }
        guard !open.isEmpty, open.allSatisfy({ $0 == .working }) else { return false }
        // Before the first bar the gateway has been asked nothing since the orders came.
        if open.count != status.open { status = try gateway.status() }
        return open.count == status.open && trades == status.executions
    }

    private var isStuck: Bool {
        guard !states.isEmpty, SystemClock.monotonic_ms - stirredAt_ms > Self.patience_ms else { return false }
        failure = "nothing new in \(Self.patience_ms) ms; orders \(states.values), trades \(trades), \(status)"
        return true
    }
}
