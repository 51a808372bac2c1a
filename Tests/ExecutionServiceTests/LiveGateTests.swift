import Foundation
import RiskControl
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
            environment: ExecutionEnvironment(["EXEC_DRY_RUN": "0"]), killSwitches: KillSwitchBoard())
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
            (.agentMode, "AGENT_MODE is \"SHADOW\"", { ($0.agentMode, $0.agentState) = ("SHADOW", .state("READY")) }),
            (.agentState, "neither AGENT_STATE nor AGENT_STATE_FILE", { $0.agentMode = "LIVE" }),
            (.agentState, "the agent is \"WARMUP\"", { ($0.agentMode, $0.agentState) = ("LIVE", .state("WARMUP")) }),
            (.agentState, "the agent is \"HALTED\"", { $0.agentState = .state("HALTED") }),
            (.agentState, "no such file", { ($0.agentMode, $0.agentState) = ("LIVE", .unreadable("no such file")) }),
            (.killSwitch, "have not been looked at", { $0.killSwitches = nil }),
            (.killSwitch, "halted by hand", { $0.killSwitches = Self.halt(.all) }),
            (.killSwitch, "halted by hand", { $0.killSwitches = Self.halt(.venue("ibkr")) }),
            (.killSwitch, "halted by hand", { $0.killSwitches = Self.halt(.account("DU123")) }),
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

    private static func halt(
        _ scope: KillSwitchScope, _ level: KillSwitchLevel = .halted
    ) -> KillSwitchBoard {
        KillSwitchBoard([KillSwitchBoard.Switch(scope, level, "halted by hand")])
    }

    /// What stops some orders is heeded order by order, and said.
    func testSwitchesForSomeOrdersDoNotCloseIt() throws {
        let boards = [
            Self.halt(.ticker("IBM")), Self.halt(.strategy("momentum")), Self.halt(.all, .reducing),
            Self.halt(.account("DU999")), Self.halt(.venue("elsewhere")),
        ]
        for board in boards {
            var facts = try open()
            facts.killSwitches = board
            let gate = LiveGate(facts)
            XCTAssertTrue(gate.isOpen, "\(board)")
            XCTAssertTrue(
                gate.conditions.contains { $0.sentence == "some orders are stopped: halted by hand" }, "\(board)")
        }
    }

    func testAnAgentThatIsReadyAndLive() throws {
        var facts = try open()
        (facts.agentMode, facts.agentState) = ("LIVE", .state("READY"))
        XCTAssertTrue(LiveGate(facts).isOpen)
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
                "mode", "live_flag", "exec_dry_run", "agent_mode", "agent_state", "permit", "configured_account",
                "permit_account", "account_option", "broker_account", "kill_switch", "reconciliation",
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
            environment: ExecutionEnvironment([:]), killSwitches: nil)
        // An agent is asked only where one is set up.
        let asked = LiveGate(facts).conditions.filter { ![.agentMode, .agentState].contains($0.name) }
        XCTAssertTrue(asked.allSatisfy { $0.state != .met })
    }
}
