import TradingModel

/// Every kill switch that is on, as it was seen at one moment.
///
/// A switch that cannot be read is on the board as one that halts everything: whoever looks puts it there.
public struct KillSwitchBoard: Sendable, Equatable {
    /// One switch that is on.
    public struct Switch: Sendable, Equatable {
        public var scope: KillSwitchScope
        public var level: KillSwitchLevel
        /// A sentence without its point: who says so, since when and why.
        public var sentence: String
        /// Whether orders that it stops are cancelled where they are open.
        public var cancelsOpen: Bool
        /// Whether positions of its scope are closed once its orders are cancelled.
        public var flattens: Bool

        public init(
            _ scope: KillSwitchScope, _ level: KillSwitchLevel, _ sentence: String, cancelsOpen: Bool = false,
            flattens: Bool = false
        ) {
            self.scope = scope
            self.level = level
            self.sentence = sentence
            self.cancelsOpen = cancelsOpen
            self.flattens = flattens
        }

        /// Why it keeps an order from leaving; nil where it does not.
        func stop(isReduction: Bool) -> StatusReason? {
            switch level {
            case .active: nil
            case .reducing: isReduction ? nil : .haltedReducing
            case .halted: .halted
            }
        }
    }

    /// In the order they were found.
    public private(set) var switches: [Switch]

    /// - Parameter switches: those that are `ACTIVE` stop nothing and are left out.
    public init(_ switches: [Switch] = []) { self.switches = switches.filter { $0.level != .active } }

    /// Whether no switch is on.
    public var isClear: Bool { switches.isEmpty }

    /// Why an order may not leave; nil where it may. `HALTED` counts before `REDUCING`.
    public func stop(of subject: KillSwitchSubject, isReduction: Bool) -> StatusReason? {
        let reasons = switches.lazy.filter { $0.scope.includes(subject) }.compactMap {
            $0.stop(isReduction: isReduction)
        }
        return reasons.contains(.halted) ? .halted : reasons.first
    }

    /// Whether an order that is open is to be cancelled.
    public func cancels(_ subject: KillSwitchSubject, isReduction: Bool) -> Bool {
        switches.contains {
            $0.cancelsOpen && $0.scope.includes(subject) && $0.stop(isReduction: isReduction) != nil
        }
    }

    /// Those that halt everything that a session with a venue could send.
    public func halts(at venue: String, of account: String) -> [Switch] {
        switches.filter { $0.level == .halted && $0.scope.includesEverything(at: venue, of: account) }
    }

    /// Those that ask for positions of a session's account to be closed.
    public func flattening(at venue: String, of account: String) -> [Switch] {
        switches.filter { $0.flattens && $0.scope.mayConcern(venue, account) }
    }

    /// The board for orders that close positions because switches ask for it: these let reductions leave.
    public var forFlattening: KillSwitchBoard {
        KillSwitchBoard(
            switches.map { one in
                var one = one
                if one.flattens { one.level = .reducing }
                return one
            })
    }
}

extension KillSwitchScope {
    /// Whether any order of a session could be meant.
    fileprivate func mayConcern(_ venue: String, _ account: String) -> Bool {
        switch self {
        case .all, .strategy, .ticker: true
        case .account(let name): name == account
        case .venue(let name): name == venue
        }
    }
}
