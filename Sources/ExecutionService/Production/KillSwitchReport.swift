import Reporting
import RiskControl
import Storage

/// What a turn of a kill switch came to, and what is on now.
public struct KillSwitchReport: Sendable {
    /// What was done; each a line for people.
    public let lines: [String]
    /// The switches that are on now.
    public let on: [KillSwitchRecord]

    init(_ turn: KillSwitchTurn, isKnown: Bool, on: [KillSwitchRecord], database: String) {
        self.on = on
        var lines = ["\(turn.scope) is \(turn.level.rawValue) from now on: \(turn.reason)"]
        if !isKnown {
            lines.append(
                "\(turn.scope) is nowhere on record in \(database): is it spelled as in the targets? The switch is on all the same"
            )
        }
        let record = on.first { $0.scope == turn.scope.kind.rawValue && $0.name == turn.scope.name }
        if let record, turn.level != .active {
            if record.flattens, !turn.flattens {
                lines.append("an earlier halt asked for positions to be closed; that stands until `execution resume`")
            } else if record.cancelsOpen, !turn.cancelsOpen {
                lines.append(
                    "an earlier halt asked for open orders to be cancelled; that stands until `execution resume`")
            }
            lines += Self.consequences(of: turn, record, database)
        }
        self.lines = lines
    }

    /// What every process does that trades what the switch is about, and what is left to do by hand.
    private static func consequences(of turn: KillSwitchTurn, _ record: KillSwitchRecord, _ path: String) -> [String] {
        let accounts = (try? AccountReader(Database.openForReading(path)).accounts()) ?? []
        let answers = accounts.compactMap(AccountID.init).filter { turn.scope.concerns($0) }.map { account in
            answer(to: turn, record, account, AccountLock.look(database: path, account: account))
        }
        let lines = answers.compactMap(\.line)
        return (lines.isEmpty ? ["no process of this machine trades from this database"] : lines)
            + (lines.isEmpty || answers.contains { !$0.isEnough } ? advice(record) : [])
    }

    /// What the holder of an account's lock does about a switch, and whether that is all that was asked for.
    private static func answer(
        to turn: KillSwitchTurn, _ record: KillSwitchRecord, _ account: AccountID, _ lock: AccountLock.State
    ) -> (line: String?, isEnough: Bool) {
        switch lock {
        case .free: return (nil, false)
        case .notKnown(_, let why):
            return ("whether a process trades \(account) cannot be told from here: \(why)", false)
        case .held(let pid, let holder):
            let process = "process \(holder?.pid ?? pid)"
            switch holder?.answer {
            case .ignores:
                return ("\(process) holds \(account) and sends no orders; it cancels and closes nothing", false)
            case nil: return ("\(process) holds \(account); what it does about this is not known", false)
            case .stops, .closes:
                let closes = holder?.answer == .closes
                let deed = deed(of: turn, record, closes: closes)
                return ("\(process) trades \(account) and sees it within a second: \(deed)", closes || !record.flattens)
            }
        }
    }

    private static func deed(of turn: KillSwitchTurn, _ record: KillSwitchRecord, closes: Bool) -> String {
        let isWhole = turn.level == .halted && [.all, .account, .venue].contains(turn.scope.kind)
        let what = isWhole ? "it sends nothing more" : "orders that it stops are not sent"
        let cancels = record.cancelsOpen ? ", what is open is cancelled and the confirmations are awaited" : ""
        guard record.flattens else { return what + cancels }
        return what + cancels + (closes ? ", then positions are closed with market orders" : "; it closes no positions")
    }

    private static func advice(_ record: KillSwitchRecord) -> [String] {
        guard record.cancelsOpen else { return [] }
        return [
            record.flattens
                ? "`execution cancel-all --live` cancels what is open, and then `execution flatten --live` closes the positions"
                : "`execution cancel-all --live` cancels what is open"
        ]
    }

    /// Everything for people.
    public var text: String { (lines + KillSwitchReport.lines(on)).joined(separator: "\n") }

    /// What is on, for people; one line where nothing is.
    public static func lines(_ on: [KillSwitchRecord]) -> [String] {
        guard !on.isEmpty else { return ["Kill switches: none"] }
        return ["Kill switches: \(on.count)"]
            + on.map { "  \(KillSwitchBoard.Switch($0).sentence)\($0.consequences)" }
    }

    /// What is on in a database; nothing is written. Throws as `Database.openForReading` does.
    public static func list(database: String) throws -> [KillSwitchRecord] {
        try KillSwitchStore(Database.openForReading(database)).switches()
    }
}

extension KillSwitchRecord {
    /// ` (cancels open orders)`.
    fileprivate var consequences: String {
        flattens ? " (cancels open orders, closes positions)" : cancelsOpen ? " (cancels open orders)" : ""
    }
}

extension KillSwitchScope {
    /// Whether a switch of this scope can be about an account's orders.
    fileprivate func concerns(_ account: AccountID) -> Bool {
        if case .account(let name) = self { name == account.text } else { true }
    }
}
