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
        if let family = original.family { throw DeadLetterRefusal.ofFamily(key: letter.orderKey, family) }
    }

    /// Throws `DeadLetterRefusal` where what it was made of is over.
    func check(at time: Timestamp) throws(DeadLetterRefusal) {
        guard let intent = original.intent, let end = intent.expiresAt, end <= time else { return }
        throw DeadLetterRefusal.expired(key: letter.orderKey, intent: intent.id, at: end)
    }

    /// The same command is the same run, so that it can be given again.
    var runID: String { "retry-\(letter.orderKey.prefix(16))-\(letter.attempt + 1)" }

    /// The dead order as its journal knows it in any later run.
    var replaced: OrderNumber { OrderNumber(letter.orderID) }

    /// What is left of the dead order, on its terms and those of the intent it was made of.
    ///
    /// An algorithm that works here has children of its own, so that only a broker's is among them.
    var order: OwnOrder {
        var terms = original.order.terms
        terms.quantity = terms.quantity - original.order.filled
        let end = original.intent?.expiresAt.map { DecisionTime(instant: $0, isDate: false) }
        return OwnOrder(
            row: 0, decision: DecisionID(0), terms: terms, cancelAt: end,
            confidence: original.intent?.confidenceE9.map { Double($0) / 1e9 }, isIntent: original.intent != nil,
            algorithm: original.order.algorithm)
    }

    /// The steps that the gate may cut it in: whole lots, where it is some.
    func lotSize(_ configured: Quantity) -> Quantity {
        let quantity = order.terms.quantity
        return quantity.roundedTowardZero(toLot: configured) == quantity ? configured : Quantity(e8: 1)
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
    case ofFamily(key: String, DeadLetterStore.Family)
    case expired(key: String, intent: String, at: Timestamp)

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
        case .ofFamily(let key, let family):
            "order \(key) is part of \(family.advice), and discard this one with `execution dead-letters discard`"
        case .expired(let key, let intent, let end):
            "order \(key) is of intent \(intent), which ended at \(end), so it is not made again; discard it, and bring a new "
                + "intent if it is still wanted"
        }
    }
}

extension DeadLetterStore.Family {
    /// What it is, and what is done instead of a retry.
    fileprivate var advice: String {
        switch self {
        case .bracket:
            "a bracket, whose entry and exits one order does not replace; bring what is still wanted of the whole bracket with "
                + "`execution apply --orders`"
        case .group:
            "an OCA group, which one order does not replace; bring the whole group with `execution apply --orders`"
        case .algorithm(let parent, let rest):
            "order \(parent), which an algorithm carries out and which has \(rest) left; bring what is still wanted of that with "
                + "targets, orders or intents"
        }
    }
}
