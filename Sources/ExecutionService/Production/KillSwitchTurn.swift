import Foundation
import InputFiles
import RiskControl
import Storage
import TradingModel

/// A kill switch of the database that somebody turns: `execution halt`, `execution resume`.
public struct KillSwitchTurn: Sendable {
    public let scope: KillSwitchScope
    /// What may leave from now on.
    public let level: KillSwitchLevel
    public let reason: String
    public let cancelsOpen: Bool
    public let flattens: Bool
    /// Whether it lets more leave than before.
    private let resumes: Bool

    private static let longestReason = 500

    /// Something stops from now on. Closing positions includes cancelling their orders.
    ///
    /// Throws `KillSwitchRefusal` for what makes no sense.
    public static func halt(
        _ scope: KillSwitchScope, level: KillSwitchLevel, reason: String, cancelsOpen: Bool, flattens: Bool
    ) throws(KillSwitchRefusal) -> KillSwitchTurn {
        guard level != .active else {
            throw KillSwitchRefusal("a halt lets less leave; `execution resume` switches it off")
        }
        if flattens, level != .halted {
            throw KillSwitchRefusal("positions are closed when everything else has stopped: give --level halted")
        }
        if flattens, scope.kind == .strategy {
            throw KillSwitchRefusal(
                "positions are the account's and of no strategy alone: flatten everything, or one --ticker")
        }
        return try KillSwitchTurn(
            scope, level, reason, cancelsOpen: cancelsOpen || flattens, flattens: flattens, resumes: false)
    }

    /// More may leave from now on: everything, or with `.reducing` what reduces.
    ///
    /// Throws `KillSwitchRefusal` for what makes no sense.
    public static func resume(
        _ scope: KillSwitchScope, level: KillSwitchLevel, reason: String
    ) throws(KillSwitchRefusal) -> KillSwitchTurn {
        guard level != .halted else {
            throw KillSwitchRefusal("to resume is to let something leave: give --level active or --level reducing")
        }
        return try KillSwitchTurn(scope, level, reason, cancelsOpen: false, flattens: false, resumes: true)
    }

    private init(
        _ scope: KillSwitchScope, _ level: KillSwitchLevel, _ reason: String, cancelsOpen: Bool, flattens: Bool,
        resumes: Bool
    ) throws(KillSwitchRefusal) {
        let isPrintable = (reason + scope.name).unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isPrintable, reason.contains(where: { !$0.isWhitespace }), reason.count <= Self.longestReason else {
            throw KillSwitchRefusal(
                "--reason needs 1 to \(Self.longestReason) characters in one line; it is what the others will read")
        }
        let venues = [RebalanceVenue.ibkr.rawValue]
        if case .venue(let name) = scope, !venues.contains(name) {
            let near = Suggestion.nearest(to: name, in: venues).map { "; did you mean \($0)?" } ?? ""
            throw KillSwitchRefusal(
                "no order goes to venue \"\(name)\"; there is \(venues.joined(separator: ", "))\(near)")
        }
        if case .account(let name) = scope, AccountID(name) == nil {
            throw KillSwitchRefusal("--account \"\(name)\" is no account id; give \(AccountID.accepted)")
        }
        (self.scope, self.level, self.reason) = (scope, level, reason)
        (self.cancelsOpen, self.flattens, self.resumes) = (cancelsOpen, flattens, resumes)
    }

    // MARK: - Turning it

    /// Turns it in the database, whoever else writes there, and says how things stand then.
    ///
    /// Throws `KillSwitchRefusal` where it would change nothing or the wrong way, and `KillSwitchNotTurned` where the database cannot
    /// be written; nothing has changed then.
    public func perform(database path: String) throws -> KillSwitchReport {
        let database: Database
        var on: [KillSwitchRecord]
        var isKnown = true
        do {
            database = try Database.openBesideWriters(path)
            let store = KillSwitchStore(database)
            on = try store.turn(now: { Timestamp.now }) { on in
                let current = on.first { $0.scope == scope.kind.rawValue && $0.name == scope.name }
                try check(against: current, among: on)
                return record(after: current)
            }
            isKnown = try store.isKnown(scope.kind.rawValue, scope.name)
        } catch let refusal as KillSwitchRefusal {
            throw refusal
        } catch {
            throw KillSwitchNotTurned(cause: error, isHalt: !resumes)
        }
        return KillSwitchReport(self, isKnown: isKnown, on: on, database: path)
    }

    /// What an earlier halt asked for stands; only a resume takes it back.
    private func record(after current: KillSwitchRecord?) -> KillSwitchRecord {
        KillSwitchRecord(
            scope: scope.kind.rawValue, name: scope.name, level: level.rawValue, reason: reason, who: Self.who,
            cancelsOpen: cancelsOpen || !resumes && current?.cancelsOpen == true,
            flattens: flattens || !resumes && current?.flattens == true)
    }

    /// `operator@host process 4711`.
    private static var who: String {
        let process = ProcessInfo.processInfo
        let user = process.environment["USER"] ?? process.userName
        return "\(user.isEmpty ? "uid \(getuid())" : user)@\(process.hostName) process \(getpid())"
    }

    private func check(
        against current: KillSwitchRecord?, among on: [KillSwitchRecord]
    ) throws(KillSwitchRefusal) {
        let currentLevel = current.flatMap { KillSwitchLevel(rawValue: $0.level) } ?? .active
        if resumes {
            guard current != nil else {
                let others = on.map { "\n  \(KillSwitchBoard.Switch($0).sentence)" }.joined()
                throw KillSwitchRefusal(
                    "no switch is on for \(scope), so nothing changed"
                        + (others.isEmpty ? "; no switch is on at all" : "; on are:\(others)"))
            }
            guard level < currentLevel else {
                throw KillSwitchRefusal("\(scope) is \(currentLevel.rawValue) already, so nothing changed")
            }
        } else if level < currentLevel {
            throw KillSwitchRefusal(
                "\(scope) is \(currentLevel.rawValue) already, and a halt lets nothing more leave; "
                    + "`execution resume --level \(level.rawValue.lowercased())` does")
        }
    }
}

/// A turn of a kill switch that makes no sense; nothing changed.
public struct KillSwitchRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// A kill switch that could not be turned, because its database cannot be written.
public struct KillSwitchNotTurned: Error, CustomStringConvertible {
    public let cause: any Error
    /// Whether something was to stop.
    public let isHalt: Bool

    public var description: String {
        guard isHalt else { return "\(cause)\nNothing changed." }
        return """
            \(cause)
            NOTHING IS HALTED. Two other switches need no database: the file that EXECUTION_HALTED_FILE names, which a running \
            rebalance sees within a second (write 1 into it), and EXECUTION_HALTED=1 for what is started from now on. Ctrl-C or \
            SIGTERM ends a running rebalance.
            """
    }
}
