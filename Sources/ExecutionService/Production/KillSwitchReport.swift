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
        self.lines = lines + (turn.level == .active ? [] : Self.consequences(of: turn, database))
    }

    private static func consequences(of turn: KillSwitchTurn, _ path: String) -> [String] {
        let accounts = (try? AccountReader(Database.openForReading(path)).accounts()) ?? []
        var lines: [String] = []
        for account in accounts.compactMap(AccountID.init) {
            guard case .held(let pid, let holder) = AccountLock.look(database: path, account: account) else { continue }
            lines.append(
                "process \(holder?.pid ?? pid) trades \(account) and sees it within a second: \(deed(of: turn))")
        }
        if lines.isEmpty { lines.append("no process of this machine trades from this database") }
        if lines.count == 1, !lines[0].hasPrefix("process"), turn.cancelsOpen {
            lines.append(
                turn.flattens
                    ? "`execution cancel-all --live` cancels what is open, and then `execution flatten --live` closes the positions"
                    : "`execution cancel-all --live` cancels what is open")
        }
        return lines
    }

    private static func deed(of turn: KillSwitchTurn) -> String {
        let isWhole = turn.level == .halted && [.all, .account, .venue].contains(turn.scope.kind)
        let what = isWhole ? "it sends nothing more" : "orders that it stops are not sent"
        let cancels = turn.cancelsOpen ? ", what is open is cancelled and the confirmations are awaited" : ""
        let flattens = turn.flattens ? ", then positions are closed with market orders" : ""
        return what + cancels + flattens
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
