import OrderRouting
import Rebalancing
import Storage
import TradingModel

/// An order that takes the place of a dead one: the same terms, what is left of the quantity, a key of its own.
///
/// It is made only within a session with the broker that has compared the books and whose complete lists do not show the dead
/// order as one that lives.
public struct DeadLetterRetry: Sendable {
    let letter: DeadLetterStore.Letter
    let original: DeadLetterStore.Original
    let account: AccountID

    /// Reads what is on record of a dead order, named by its id or key. Throws `DeadLetterRefusal`, and what reading throws.
    public init(of name: String, database: String, configuration: Configuration, account option: String?) throws {
        let store = DeadLetterStore(try Database.openForReading(database))
        letter = try DeadLetterRefusal.letter(of: name, store)
        let chosen = try RebalancePlan.choose(try RebalancePlan.readAccount(option), configuration)
        guard chosen.text == letter.account else {
            throw DeadLetterRefusal.ofAnotherAccount(key: letter.orderKey, account: letter.account)
        }
        account = chosen
        original = try store.original(of: letter)
        switch letter.state {
        case .discarded: throw DeadLetterRefusal.discarded(key: letter.orderKey, note: letter.note ?? "")
        case .settled: throw DeadLetterRefusal.settled(key: letter.orderKey, status: letter.orderStatus)
        case .open, .retried: break
        }
        guard original.order.state.isTerminal else {
            throw DeadLetterRefusal.mayLive(key: letter.orderKey, status: letter.orderStatus)
        }
        guard !original.isOfFamily else { throw DeadLetterRefusal.ofFamily(key: letter.orderKey) }
        if case .parent(let algorithm, _) = original.order.role {
            throw DeadLetterRefusal.ofAlgorithm(key: letter.orderKey, algorithm: algorithm.name)
        }
    }

    /// The same command is the same run, so that it can be given again.
    var runID: String { "retry-\(letter.orderKey.prefix(16))-\(letter.attempt + 1)" }

    /// The dead order as its journal knows it in any later run.
    var replaced: OrderNumber { OrderNumber(letter.orderID) }

    /// With all that is on record; when an order of the user's own was to be cancelled is not.
    var order: OwnOrder {
        var terms = original.order.terms
        terms.quantity = terms.quantity - original.order.filled
        return OwnOrder(
            row: 0, decision: DecisionID(0), terms: terms,
            cancelAt: original.intent?.expiresAt.map { DecisionTime(instant: $0, isDate: false) },
            confidence: original.intent?.confidenceE9.map { Double($0) / 1e9 }, isIntent: original.intent != nil)
    }
}

/// Why a dead letter is not retried or discarded; nothing was changed.
public enum DeadLetterRefusal: Error, Equatable, Sendable {
    case unknown(name: String, open: [String])
    case ofAnotherAccount(key: String, account: String)
    case discarded(key: String, note: String)
    case retried(key: String, by: Int64)
    case settled(key: String, status: String)
    case mayLive(key: String, status: String)
    case ofFamily(key: String)
    case ofAlgorithm(key: String, algorithm: String)

    static func letter(of name: String, _ store: DeadLetterStore) throws -> DeadLetterStore.Letter {
        if let letter = try store.letter(of: name) { return letter }
        throw DeadLetterRefusal.unknown(
            name: name, open: try store.letters(account: nil, isWithResolved: false).map { "\($0.orderID)" })
    }
}

extension DeadLetterRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknown(let name, let open):
            open.isEmpty
                ? "no order \(name) is among the dead letters, and none is open"
                : "no order \(name) is among the dead letters; open are \(open.joined(separator: ", "))"
        case .ofAnotherAccount(let key, let account): "order \(key) is of account \(account); give --account \(account)"
        case .discarded(let key, let note): "order \(key) was discarded (\(note)), so it is not made again"
        case .retried(let key, let other): "order \(key) was retried as order \(other), so it is not discarded"
        case .settled(let key, let status):
            "order \(key) is \(status): the broker told what became of it, and nothing is left to decide"
        case .mayLive(let key, let status):
            "order \(key) is \(status), so nobody knows whether the broker has it; the command of its run, or "
                + "`execution cancel-all`, asks for it first"
        case .ofFamily(let key):
            "order \(key) is part of a bracket or a group, which one order does not replace; bring the whole with --orders"
        case .ofAlgorithm(let key, let algorithm):
            "order \(key) is carried out by \(algorithm), whose window is not made again; bring it with --orders, or discard it"
        }
    }
}
