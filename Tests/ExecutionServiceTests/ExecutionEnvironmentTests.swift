import Foundation
import RiskControl
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

final class ExecutionEnvironmentTests: ServiceTestCase {
    private func sentences(_ variables: [String: String]) -> [String] {
        ExecutionEnvironment(variables).switches().map(\.sentence)
    }

    // MARK: - Values

    func testWhatDoesNotParseIsRefused() {
        let cases: [(String, String, isAccepted: Bool)] = [
            ("EXEC_DRY_RUN", "0", true), ("EXEC_DRY_RUN", "1", true), ("EXEC_DRY_RUN", "TRUE", true),
            ("EXEC_DRY_RUN", "", true), ("EXEC_DRY_RUN", "2", false), ("EXEC_DRY_RUN", "0 ", false),
            ("EXECUTION_HALTED", "no", true), ("EXECUTION_HALTED", "On", true), ("EXECUTION_HALTED", "", true),
            ("EXECUTION_HALTED", "maybe", false), ("EXECUTION_HALTED", " ", false), ("EXECUTION_HALTED", "00", false),
            ("EXEC_KILL_SWITCH", "yes", true), ("EXEC_KILL_SWITCH", "halt", false),
            ("EXEC_RISK_FAIL_OPEN", "false", true), ("EXEC_RISK_FAIL_OPEN", "sometimes", false),
            ("EXEC_MAX_POSITION_QTY", "100", true), ("EXEC_MAX_POSITION_QTY", "0", true),
            ("EXEC_MAX_POSITION_QTY", "2.5", true), ("EXEC_MAX_POSITION_QTY", "-1", false),
            ("EXEC_MAX_POSITION_QTY", "ten", false), ("EXEC_MAX_POSITION_QTY", "1,000", false),
            ("EXEC_MAX_POSITION_QTY", "inf", false), ("EXEC_MAX_POSITION_QTY", "99999999999999999999", false),
            ("EXEC_MAX_DAILY_TRADES", "50", true), ("EXEC_MAX_DAILY_TRADES", "0", true),
            ("EXEC_MAX_DAILY_TRADES", "1.5", false), ("EXEC_MAX_DAILY_TRADES", "-3", false),
            ("AGENT_MODE", "LIVE", true), ("AGENT_MODE", "live", false), ("AGENT_MODE", "LIVE NOW", false),
            ("AGENT_STATE", "READY", true), ("AGENT_STATE", "ready", false), ("AGENT_STATE", "1", false),
            ("EXECUTION_HALTED_FILE", "whatever is there", true),
        ]
        for (name, value, isAccepted) in cases {
            let environment = ExecutionEnvironment([name: value])
            guard !isAccepted else {
                XCTAssertNoThrow(try environment.check(), "\(name)=\(value)")
                continue
            }
            XCTAssertThrowsError(try environment.check(), "\(name)=\(value)") { error in
                let problems = (error as? EnvironmentRefusal)?.problems ?? []
                XCTAssertEqual(problems.map(\.name), [name])
                XCTAssertEqual(problems.map(\.value), [value])
                XCTAssertTrue(
                    "\(error)".contains("\n  \(name) is \(JSONString.quoted(value)), which is not "), "\(error)")
            }
        }
    }

    func testEveryProblemIsNamedAtOnce() {
        let environment = ExecutionEnvironment(["EXEC_DRY_RUN": "x", "AGENT_MODE": "y", "HOME": "z"])
        XCTAssertEqual(environment.problems.map(\.name), ["EXEC_DRY_RUN", "AGENT_MODE"])
    }

    /// Who sets a switch or a limit under a name that is nearly right must not believe that it counts.
    func testNamesThatAreNearlyRightAreRefused() {
        let cases: [(String, meant: String?)] = [
            ("EXECUTION_HALT", "EXECUTION_HALTED"), ("EXEC_DRYRUN", "EXEC_DRY_RUN"), ("exec_dry_run", nil),
            ("EXEC_MAX_DAILY_TRADE", "EXEC_MAX_DAILY_TRADES"), ("EXEC_MAX_POSITION_QUANTITY", "EXEC_MAX_POSITION_QTY"),
            ("EXEC_RISK_FAILOPEN", "EXEC_RISK_FAIL_OPEN"), ("EXECUTION_ALERT_ID", nil), ("EXEC_HOME", nil),
            ("AGENT_STATUS", nil), ("EXECUTION_HALTED_DOC", nil), ("PATH", nil),
        ]
        for (name, meant) in cases {
            XCTAssertEqual(ExecutionEnvironment([name: "1"]).problems.map(\.meant), meant.map { [$0] } ?? [], name)
            XCTAssertNoThrow(try ExecutionEnvironment([name: ""]).check(), "an empty value is none")
            guard let meant else { continue }
            XCTAssertThrowsError(try ExecutionEnvironment([name: "1"]).check()) { error in
                XCTAssertTrue("\(error)".contains("\(name) is no variable of this program; did you mean \(meant)?"))
            }
        }
    }

    func testValues() {
        let none = ExecutionEnvironment([:])
        XCTAssertFalse(none.permitsSending)
        XCTAssertFalse(none.failsOpen)
        XCTAssertNil(none.maximumPosition)
        XCTAssertNil(none.maximumDailyTrades)
        XCTAssertNil(none.agentMode)
        XCTAssertEqual(none.agentState(), .notSet)
        XCTAssertEqual(none.switches(), [])
        let all = ExecutionEnvironment([
            "EXEC_DRY_RUN": "0", "EXEC_RISK_FAIL_OPEN": "true", "EXEC_MAX_POSITION_QTY": "2.5",
            "EXEC_MAX_DAILY_TRADES": "7", "AGENT_MODE": "LIVE", "AGENT_STATE": "READY",
        ])
        XCTAssertTrue(all.permitsSending)
        XCTAssertTrue(all.failsOpen)
        XCTAssertEqual(all.maximumPosition, Quantity(e8: 250_000_000))
        XCTAssertEqual(all.maximumDailyTrades, 7)
        XCTAssertEqual(all.agentMode, "LIVE")
        XCTAssertEqual(all.agentState(), .state("READY"))
        // Only 0 sends, however many ways there are to say no.
        for value in ["false", "no", "off", "00", "-0", " 0", "0\n"] {
            XCTAssertFalse(ExecutionEnvironment(["EXEC_DRY_RUN": value]).permitsSending, value)
        }
    }

    // MARK: - Switches

    func testVariablesThatHalt() {
        for name in ["EXECUTION_HALTED", "EXEC_KILL_SWITCH"] {
            for value in ["", "0", "false", "No", "off"] { XCTAssertEqual(sentences([name: value]), [], value) }
            for value in ["1", "true", "YES", "on"] {
                XCTAssertEqual(sentences([name: value]), ["\(name) is \"\(value)\""])
            }
            let unclear = ExecutionEnvironment([name: "maybe"]).switches()
            XCTAssertEqual(unclear.map(\.level), [.halted], "what cannot be read halts")
            XCTAssertTrue(unclear[0].sentence.contains("is \"maybe\", which is not 1, true"), unclear[0].sentence)
        }
        XCTAssertEqual(ExecutionEnvironment(["EXECUTION_HALTED": "1"]).switches().map(\.cancelsOpen), [true])
        XCTAssertEqual(sentences(["EXECUTION_HALTED": "0", "EXEC_KILL_SWITCH": "1"]), ["EXEC_KILL_SWITCH is \"1\""])
    }

    /// One rule a line: what the file holds, and what is said of it; nil allows.
    func testWhatTheFileHolds() throws {
        let path = try folder.path("halt")
        let cases: [(String?, String?)] = [
            (nil, nil), ("0", nil), ("0\n", nil), (" 0 \r\n", nil), ("1", "holds 1"), ("1\n", "holds 1"),
            ("", "is empty, and only 0 allows"), ("\n", "is empty, and only 0 allows"),
            ("00", "holds \"00\", and only 0 allows"), ("off", "holds \"off\""), ("0 0", "holds \"0 0\""),
            ("false", "holds \"false\""), (String(repeating: "0", count: 100), "and only 0 allows"),
        ]
        for (contents, expected) in cases {
            try? FileManager.default.removeItem(atPath: path)
            if let contents { try folder.write(contents, to: "halt") }
            for name in ["EXECUTION_HALTED_FILE", "EXEC_KILL_SWITCH_FILE"] {
                let said = sentences([name: path])
                guard let expected else {
                    XCTAssertEqual(said, [], contents ?? "no file")
                    continue
                }
                XCTAssertEqual(said.count, 1, contents ?? "no file")
                XCTAssertTrue(said.first?.contains(expected) ?? false, "\(said)")
                XCTAssertTrue(said.first?.contains("the file of \(name) halts: \(path) ") ?? false, "\(said)")
            }
        }
        XCTAssertEqual(sentences(["EXECUTION_HALTED_FILE": "/no-such-halt-file"]), [], "the folder is the root")
        XCTAssertEqual(sentences(["EXECUTION_HALTED_FILE": "no-such-halt-file"]), [], "the folder is the one worked in")
    }

    func testAFileThatCannotBeReadHalts() throws {
        try folder.write("0", to: "file")
        try folder.write("0", to: "closed")
        XCTAssertEqual(chmod(try folder.path("closed"), 0), 0)
        let link = try folder.path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: try folder.path("nowhere"))
        XCTAssertEqual(mkfifo(try folder.path("pipe"), 0o644), 0)
        let cases = [
            ("", "names no file"), (try folder.path("absent/halt"), "absent: No such file or directory"),
            (try folder.path("file/halt"), "Not a directory"), (try folder.path("closed"), "Permission denied"),
            (try folder.path(String(repeating: "x", count: 300)), "File name too long"),
            (try folder.url.path, "this is no file"), (link, "No such file or directory"),
            (try folder.path("pipe"), "this is no file"),
        ]
        for (path, why) in cases {
            let said = try boundByPermissions { sentences(["EXECUTION_HALTED_FILE": path]) }
            XCTAssertEqual(said.count, 1, path)
            XCTAssertTrue(said.first?.contains("cannot be read") ?? false, "\(path): \(said)")
            XCTAssertTrue(said.first?.contains(why) ?? false, "\(path): \(said)")
        }
    }

    // MARK: - The agent

    func testTheStateOfTheAgent() throws {
        let path = try folder.path("state")
        try folder.write("READY\n", to: "state")
        XCTAssertEqual(ExecutionEnvironment(["AGENT_STATE_FILE": path]).agentState(), .state("READY"))
        XCTAssertEqual(
            ExecutionEnvironment(["AGENT_STATE_FILE": path, "AGENT_STATE": "READY"]).agentState(), .state("READY"))
        XCTAssertEqual(
            ExecutionEnvironment(["AGENT_STATE_FILE": path, "AGENT_STATE": "DEGRADED"]).agentState(),
            .unreadable("AGENT_STATE is DEGRADED, and the file of AGENT_STATE_FILE says READY"))
        for (contents, why) in [("", "holds no state"), ("ready", "holds no state"), ("A B", "holds no state")] {
            try folder.write(contents, to: "state")
            guard case .unreadable(let found) = ExecutionEnvironment(["AGENT_STATE_FILE": path]).agentState() else {
                return XCTFail(contents)
            }
            XCTAssertTrue(found.contains(why), found)
        }
        guard case .unreadable(let found) = ExecutionEnvironment(["AGENT_STATE_FILE": path + "x"]).agentState() else {
            return XCTFail("a file that is not there")
        }
        XCTAssertTrue(found.contains("is not there"), found)
    }

    // MARK: - For people

    func testWarnings() {
        XCTAssertEqual(ExecutionEnvironment(["EXECUTION_HALTED": "1"]).warnings, [])
        let cases = [
            ("EXEC_KILL_SWITCH", "0", "EXEC_KILL_SWITCH is deprecated and still heeded; use EXECUTION_HALTED"),
            ("EXEC_KILL_SWITCH_FILE", "/x", "use EXECUTION_HALTED_FILE"),
            (
                "EXECUTION_HALTED_DOC", "ops/halt",
                "EXECUTION_HALTED_DOC is set and does not apply: no Firestore is read"
            ),
            ("EXEC_KILL_SWITCH_DOC", "ops/halt", "does not apply"), ("DATABASE_URL", "postgres://", "does not apply"),
            ("ALPACA_SECRET_KEY", "s3cret", "does not apply"), ("EXEC_RISK_FAIL_OPEN", "1", "lets orders PASS"),
        ]
        for (name, value, part) in cases {
            let warnings = ExecutionEnvironment([name: value]).warnings
            XCTAssertEqual(warnings.count, 1, name)
            XCTAssertTrue(warnings.first?.contains(part) ?? false, "\(warnings)")
            XCTAssertFalse(warnings.first?.contains("s3cret") ?? true)
        }
    }

    func testTheListSaysWhereEachValueComesFrom() throws {
        let path = try folder.write("1", to: "halt")
        let listed = ExecutionEnvironment([
            "EXEC_DRY_RUN": "0", "EXECUTION_HALTED_FILE": path, "AGENT_MODE": "SHADOW", "ALPACA_API_KEY": "s3cret",
            "EXEC_MAX_DAILY_TRADES": "many",
        ]).variables()
        XCTAssertEqual(Array(listed.map(\.name).prefix(11)), ExecutionEnvironment.Name.allCases.map(\.rawValue))
        let byName = Dictionary(uniqueKeysWithValues: listed.map { ($0.name, $0) })
        XCTAssertEqual(byName["EXEC_DRY_RUN"]?.meaning, "orders may be sent")
        XCTAssertEqual(byName["EXEC_DRY_RUN"]?.source, .environment)
        XCTAssertEqual(byName["EXECUTION_HALTED_FILE"]?.source, .file)
        XCTAssertEqual(byName["EXECUTION_HALTED_FILE"]?.isObjection, true)
        XCTAssertEqual(byName["EXECUTION_HALTED"]?.source, .notSet)
        XCTAssertEqual(byName["EXECUTION_HALTED"]?.meaning, "off")
        XCTAssertEqual(byName["AGENT_MODE"]?.meaning, "only LIVE sends orders")
        XCTAssertEqual(byName["EXEC_MAX_DAILY_TRADES"]?.isObjection, true)
        XCTAssertNil(byName["ALPACA_API_KEY"]?.value ?? nil, "a secret of another system is not shown")
        XCTAssertNil(byName["DATABASE_URL"], "what is not set and does not apply is not listed")
    }
}
