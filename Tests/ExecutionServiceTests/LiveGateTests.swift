import Foundation
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

final class LiveGateTests: ServiceTestCase {
    private typealias Name = LiveGate.Condition.Name

    /// Everything says live.
    private func open() throws -> LiveGate.Facts {
        var configuration = Configuration()
        configuration.live.permit = true
        configuration.live.account = AccountID("DU123")
        configuration.brokers.ibkr.account = AccountID("DU123")
        var facts = LiveGate.Facts(
            mode: .production, isLiveAsked: true, accountOption: AccountID("DU123"), configuration: configuration,
            environment: LiveGate.Environment(["EXEC_DRY_RUN": "0"]),
            killSwitches: KillSwitches(environment: .off, file: .off, database: .off))
        facts.reportedAccounts = ["DU123"]
        facts.reconciliation = .clean
        return facts
    }

    func testOpensWhenEverythingIsMet() throws {
        let gate = LiveGate(try open())
        XCTAssertTrue(gate.isOpen)
        XCTAssertEqual(gate.refusals, [])
        XCTAssertEqual(gate.conditions.map(\.name), Name.allCases)
        XCTAssertNoThrow(try gate.requireOpen())
        var several = try open()
        several.reportedAccounts = ["DU9", "DU123"]
        XCTAssertTrue(LiveGate(several).isOpen, "one of several accounts of the login")
    }

    /// Everything is met but one thing, which closes the gate under its own name.
    func testEachConditionAloneClosesIt() throws {
        let cases: [(Name, String, (inout LiveGate.Facts) -> Void)] = [
            (.mode, "TRAINING sends nothing to a broker", { $0.mode = .training }),
            (.liveFlag, "--live is not given", { $0.isLiveAsked = false }),
            (.execDryRun, "EXEC_DRY_RUN is not set", { $0.execDryRun = nil }),
            (.execDryRun, "EXEC_DRY_RUN is \"\"", { $0.execDryRun = "" }),
            (.execDryRun, "EXEC_DRY_RUN is \"1\"", { $0.execDryRun = "1" }),
            (.execDryRun, "EXEC_DRY_RUN is \"false\"", { $0.execDryRun = "false" }),
            (.execDryRun, "EXEC_DRY_RUN is \"0 \"", { $0.execDryRun = "0 " }),
            (.execDryRun, "EXEC_DRY_RUN is \"00\"", { $0.execDryRun = "00" }),
            (.execDryRun, "EXEC_DRY_RUN is \"-0\\n\"", { $0.execDryRun = "-0\n" }),
            (.permit, "live.permit is false", { $0.live.permit = false }),
            (.permitAccount, "live.account is not set", { $0.live.account = nil }),
            (
                .permitAccount, "live.account is DU124, but brokers.ibkr.account is DU123",
                { $0.live.account = AccountID("DU124") }
            ),
            (.permitAccount, "live.account is du123", { $0.live.account = AccountID("du123") }),
            (.accountOption, "--account is not given", { $0.accountOption = nil }),
            (
                .accountOption, "--account is U123, but brokers.ibkr.account is DU123",
                { $0.accountOption = AccountID("U123") }
            ),
            (.brokerAccount, "has not said", { $0.reportedAccounts = nil }),
            (.brokerAccount, "reports no account", { $0.reportedAccounts = [] }),
            (
                .brokerAccount, "the broker reports DU1234, DU12, but brokers.ibkr.account is DU123",
                { $0.reportedAccounts = ["DU1234", "DU12"] }
            ),
            (.brokerAccount, "the broker reports du123", { $0.reportedAccounts = ["du123"] }),
            (.killSwitch, "halted by hand", { $0.killSwitches.environment = .on(reason: "halted by hand") }),
            (.killSwitch, "no way in", { $0.killSwitches.environment = .unreadable(why: "no way in") }),
            (.killSwitch, "halted by hand", { $0.killSwitches.file = .on(reason: "halted by hand") }),
            (.killSwitch, "no way in", { $0.killSwitches.file = .unreadable(why: "no way in") }),
            (.killSwitch, "halted by hand", { $0.killSwitches.database = .on(reason: "halted by hand") }),
            (.killSwitch, "no way in", { $0.killSwitches.database = .unreadable(why: "no way in") }),
            (.reconciliation, "not been compared", { $0.reconciliation = .notYetKnown }),
            (
                .reconciliation, "AAPL 10 and 12; MSFT 0 and -5",
                { $0.reconciliation = .breaks(["AAPL 10 and 12", "MSFT 0 and -5"]) }
            ),
            (.reconciliation, "the books differ", { $0.reconciliation = .breaks([]) }),
        ]
        for (name, sentence, change) in cases {
            var facts = try open()
            change(&facts)
            let gate = LiveGate(facts)
            XCTAssertFalse(gate.isOpen, sentence)
            XCTAssertEqual(gate.conditions.filter { $0.state != .met }.map(\.name), [name], sentence)
            XCTAssertThrowsError(try gate.requireOpen()) { error in
                XCTAssertTrue("\(error)".contains("\n  \(name.rawValue): "), "\(error)")
                XCTAssertTrue("\(error)".contains(sentence), "\(error)")
            }
        }
        let tried = Set(cases.map(\.0)).union([.configuredAccount])
        XCTAssertEqual(tried, Set(Name.allCases), "a condition was not tried")
    }

    /// Without the account that orders would go to, nothing can be compared with it either.
    func testMissingConfiguredAccountClosesEveryComparison() throws {
        var facts = try open()
        facts.configuredAccount = nil
        XCTAssertEqual(
            LiveGate(facts).refusals.map(\.name), [.configuredAccount, .permitAccount, .accountOption, .brokerAccount])
    }

    /// All say another account than the configuration.
    func testWrongConfiguredAccountClosesEveryComparison() throws {
        var facts = try open()
        facts.configuredAccount = AccountID("DU999")
        XCTAssertEqual(LiveGate(facts).refusals.map(\.name), [.permitAccount, .accountOption, .brokerAccount])
    }

    func testNamesDoNotChange() {
        XCTAssertEqual(
            Name.allCases.map(\.rawValue),
            [
                "mode", "live_flag", "exec_dry_run", "permit", "configured_account", "permit_account",
                "account_option", "broker_account", "kill_switch", "reconciliation",
            ])
    }

    /// Before the broker is asked, only what it alone can tell may be missing.
    func testBeforeTheBrokerIsAsked() throws {
        var facts = try open()
        facts.reportedAccounts = nil
        facts.reconciliation = .notYetKnown
        XCTAssertNoThrow(try LiveGate(facts).requireNoRefusal())
        XCTAssertFalse(LiveGate(facts).isOpen)
        facts.isLiveAsked = false
        XCTAssertThrowsError(try LiveGate(facts).requireNoRefusal()) { error in
            XCTAssertEqual(
                "\(error)", "the live gate is closed, so nothing is sent:\n  live_flag: --live is not given")
        }
    }

    /// The defaults of everything are closed, each condition of them.
    func testNothingSaidIsClosed() {
        let facts = LiveGate.Facts(
            mode: .training, isLiveAsked: false, accountOption: nil, configuration: Configuration(),
            environment: LiveGate.Environment([:]), killSwitches: KillSwitches())
        XCTAssertTrue(LiveGate(facts).conditions.allSatisfy { $0.state != .met })
    }

    func testEnvironment() {
        let off: [[String: String]] = [[:], ["EXECUTION_HALTED": ""], ["EXECUTION_HALTED": "0"]]
        for variables in off { XCTAssertEqual(LiveGate.Environment(variables).halted, .off, "\(variables)") }
        for value in ["1", "true", "false", "no", "off", " ", "00", "0 "] {
            let environment = LiveGate.Environment(["EXECUTION_HALTED": value])
            XCTAssertEqual(environment.halted, .on(reason: "EXECUTION_HALTED is \"\(value)\""))
        }
        XCTAssertNil(LiveGate.Environment([:]).execDryRun)
        XCTAssertEqual(LiveGate.Environment(["EXEC_DRY_RUN": " 0"]).execDryRun, " 0")
        XCTAssertNil(LiveGate.Environment([:]).haltFile.path)
        XCTAssertEqual(LiveGate.Environment(["EXECUTION_HALTED_FILE": "/x"]).haltFile.path, "/x")
    }

    func testHaltFile() throws {
        let path = try folder.path("halt")
        XCTAssertEqual(HaltFile(path: nil).look(), .off)
        XCTAssertEqual(HaltFile(path: path).look(), .off)
        try folder.write("", to: "halt")
        XCTAssertEqual(
            HaltFile(path: path).look(), .on(reason: "the file of EXECUTION_HALTED_FILE is there: \(path)"))
        XCTAssertNotNil(HaltFile(path: try folder.url.path).look().objection, "a folder is there as well")
        let link = try folder.path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: try folder.path("nowhere"))
        XCTAssertNotNil(HaltFile(path: link).look().objection, "a link to nowhere is there as well")
        try FileManager.default.removeItem(atPath: path)
        XCTAssertEqual(HaltFile(path: path).look(), .off, "it may go again")
        XCTAssertEqual(HaltFile(path: "/no-such-halt-file").look(), .off, "the folder is the root")
        XCTAssertEqual(HaltFile(path: "no-such-halt-file").look(), .off, "the folder is the one worked in")
    }

    func testHaltFileThatCannotBeLookedAt() throws {
        try folder.write("", to: "file")
        let locked = try folder.path("locked")
        try FileManager.default.createDirectory(atPath: locked, withIntermediateDirectories: false)
        XCTAssertEqual(chmod(locked, 0), 0)
        defer { chmod(locked, 0o700) }
        let cases = [
            ("", "names no file"), (try folder.path("absent/halt"), "absent: No such file or directory"),
            (try folder.path("file/halt"), "Not a directory"), (locked + "/halt", "Permission denied"),
            (try folder.path(String(repeating: "x", count: 300)), "File name too long"),
        ]
        for (path, why) in cases {
            let look = try boundByPermissions { HaltFile(path: path).look() }
            guard case .unreadable(let found) = look else { return XCTFail("\(path): \(look)") }
            XCTAssertTrue(found.contains(why), found)
        }
    }
}
