/// Whose orders a kill switch is about.
public enum KillSwitchScope: Sendable, Hashable {
    case all
    case account(String)
    case venue(String)
    /// The strategy of the order's decision.
    case strategy(String)
    case ticker(String)

    /// The words of the table `kill_switch_events`.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case all = "ALL"
        case account = "ACCOUNT"
        case venue = "VENUE"
        case strategy = "STRATEGY"
        case ticker = "TICKER"
    }

    /// - Parameter name: empty for `.all`, and for nothing else.
    public init?(_ kind: Kind, name: String) {
        guard (kind == .all) == name.isEmpty else { return nil }
        self =
            switch kind {
            case .all: .all
            case .account: .account(name)
            case .venue: .venue(name)
            case .strategy: .strategy(name)
            case .ticker: .ticker(name)
            }
    }

    public var kind: Kind {
        switch self {
        case .all: .all
        case .account: .account
        case .venue: .venue
        case .strategy: .strategy
        case .ticker: .ticker
        }
    }

    /// What of its kind is meant; empty for `.all`.
    public var name: String {
        switch self {
        case .all: ""
        case .account(let name), .venue(let name), .strategy(let name), .ticker(let name): name
        }
    }
}

extension KillSwitchScope: CustomStringConvertible {
    /// `ALL`, `TICKER IBM`.
    public var description: String { self == .all ? kind.rawValue : "\(kind.rawValue) \(name)" }
}

/// What of an order decides which kill switches are about it.
public struct KillSwitchSubject: Sendable, Equatable {
    /// The strategy of its decision; nil where the decision names none.
    public var strategy: String?
    public var ticker: String
    public var venue: String
    public var account: String

    public init(strategy: String?, ticker: String, venue: String, account: String) {
        self.strategy = strategy
        self.ticker = ticker
        self.venue = venue
        self.account = account
    }
}

extension KillSwitchScope {
    /// Whether an order is one of those that are meant.
    public func includes(_ subject: KillSwitchSubject) -> Bool {
        switch self {
        case .all: true
        case .account(let name): name == subject.account
        case .venue(let name): name == subject.venue
        case .strategy(let name): name == subject.strategy
        case .ticker(let name): name == subject.ticker
        }
    }

    /// Whether every order of a session with a venue is meant, whatever it is about.
    public func includesEverything(at venue: String, of account: String) -> Bool {
        switch self {
        case .all: true
        case .account(let name): name == account
        case .venue(let name): name == venue
        case .strategy, .ticker: false
        }
    }
}
