import Foundation
import Storage
import TestSupport
import XCTest

@testable import ExecutionService
@testable import execution

/// `apply --mode production` and the tasks of an account, against the gateway as another process.
final class ProductionTests: CommandLineTestCase {
    private static let targets = """
        as_of,ticker,target_quantity,decision_id
        2012-05-31,AAPL,300,monday
        2012-05-31,IBM,200,monday
        """

    /// Writes a configuration and targets, and starts a gateway whose bars go by while orders work.
    private func startGateway() throws -> RunningCommand {
        try folder.write(Self.targets, to: "targets.csv")
        let gateway = try start([
            "gateway", "--bars", Fixtures.bars, "--from", "2012-06-01", "--when-ordered", "--port", "0",
        ])
        let deadline = Date(timeIntervalSinceNow: 20)
        var port = ""
        while port.isEmpty, Date() < deadline {
            let text = try String(contentsOfFile: try folder.path(".out1"), encoding: .utf8)
            if text.hasSuffix("\n") {
                port = String(text.components(separatedBy: "127.0.0.1:").last?.prefix { $0.isNumber } ?? "")
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        try folder.write(
            """
            { account: { cash: 1000000 }, orders: { time_in_force: "GTC" },
              brokers: { ibkr: { port: \(port), account: "DU123" } }, live: { permit: true, account: "DU123" },
              production: { commission_wait: "2s" } }
            """, to: "execution.json")
        return gateway
    }

    private func apply(_ words: String, environment: String = "EXEC_DRY_RUN=0") throws -> CommandResult {
        try shell(
            "\(environment) \"$EXECUTION\" apply --mode production --db runtime.db --targets targets.csv "
                + "--config execution.json --account DU123 \(words)")
    }

    func testTheWayOfARebalance() throws {
        let gateway = try startGateway()
        defer { gateway.send(SIGKILL) }

        let dryRun = try apply("", environment: "")
        assertCode(0, dryRun)
        assertContains(
            dryRun.errors,
            [
                "account DU123 is new here", "a dry run; the live gate is closed by live_flag",
                "BUY 300 AAPL MARKET GTC, last price 577.73, held 0", "Cash 1,000,000.00 USD",
            ])
        XCTAssertFalse(dryRun.errors.contains("sending"), dryRun.errors)

        try folder.write("", to: "halt")
        let halted = try apply("", environment: "EXECUTION_HALTED_FILE=halt")
        assertCode(0, halted)
        assertContains(
            halted.errors, ["kill_switch (the file of EXECUTION_HALTED_FILE halts: halt is empty, and only 0 allows)"])
        let stopped = try apply("--live --yes", environment: "EXECUTION_HALTED_FILE=halt EXEC_DRY_RUN=0")
        assertCode(2, stopped)
        assertContains(
            stopped.errors,
            ["\n  kill_switch: the file of EXECUTION_HALTED_FILE halts: halt is empty, and only 0 allows"])

        let closed = try apply("--live --yes", environment: "")
        assertCode(2, closed)
        assertContains(
            closed.errors, ["the live gate is closed, so nothing is sent:\n  exec_dry_run: EXEC_DRY_RUN is not"])

        let unasked = try apply("--live")
        assertCode(2, unasked)
        assertContains(unasked.errors, ["Nobody can be asked here; --yes sends without a question."])
        assertContains(unasked.output, ["declined, nothing was sent"])

        let live = try apply("--live --yes")
        assertCode(0, live)
        assertContains(
            live.errors,
            ["sending orders: 0 to sell, 2 to buy", "BUY 300 AAPL: filled at 569.44458", "BUY 200 IBM: filled at"])
        assertContains(live.output, [": complete\n", "Orders        2, 2 filled whole", "Nothing stayed unfilled."])

        let again = try apply("--live --yes")
        assertCode(0, again)
        assertContains(again.output, ["complete already, nothing changed"])

        let reconciled = try execute("reconcile", "--db", "runtime.db", "--config", "execution.json")
        assertCode(0, reconciled)
        assertContains(reconciled.output, ["the books agree with the broker"])
        assertCode(0, try execute("verify", "--db", "runtime.db"))
    }

    /// What is wrong with the words is said before anything is sent or written.
    func testWordsThatAreRefused() throws {
        try folder.write(Self.targets, to: "targets.csv")
        let apply = ["apply", "--mode", "production", "--db", "runtime.db", "--targets", "targets.csv"]
        for (words, code, part) in [
            (apply + ["--account", "DU123", "--format", "csv"], 64, "--format \"csv\""),
            (apply + ["--account", "DU123", "--timeout", "30"], 64, "--timeout \"30\""),
            (apply + ["--account", "DU123", "--broker", "alpaca"], 64, "--broker"),
            (apply + ["--account", "DU123", "--actions", "a.csv"], 64, "--actions does not go with"),
            (apply + ["--account", "DU 123"], 2, "is not an account id"), (apply, 2, "no account is named"),
            (
                ["plan", "--mode", "production", "--targets", "targets.csv", "--bars", "b.csv"], 64,
                "plan is for training"
            ),
            (["reset-paper", "--db", "runtime.db", "--config", "c.json5", "--account", "U5"], 2, "no paper account"),
            (["cancel-all", "--db", "runtime.db", "--config", "c.json5"], 2, "live_flag: --live is not given"),
        ] as [([String], Int32, String)] {
            try folder.write("{ brokers: { ibkr: { account: 'DU123' } } }", to: "c.json5")
            let result = try execute(words)
            assertCode(code, result)
            assertContains(result.errors, [part])
            XCTAssertFalse(
                FileManager.default.fileExists(atPath: try folder.path("runtime.db")), words.joined(separator: " "))
        }
    }

    func testADatabaseInAFolderThatIsNotThere() throws {
        try folder.write(Self.targets, to: "targets.csv")
        let result = try execute(
            "apply", "--mode", "production", "--db", "missing/runtime.db", "--targets", "targets.csv", "--account",
            "DU1")
        assertCode(2, result)
        assertContains(result.errors, ["its folder does not exist"])
    }

    func testASessionThatFailsIsTrouble() {
        struct Broken: Error {}
        XCTAssertEqual(ExitCode(for: RunFailed(runID: "r", cause: Broken())), .incomplete)
        XCTAssertEqual(ExitCode(for: RunFailed(runID: "r", cause: Broken(), isOfProduction: true)), .trouble)
    }

    /// MSFT was split 2:1 on 2003-02-18: the broker holds twice as much from then on, which is booked as what it is, and what its
    /// strategy holds is counted with it.
    func testASplitIsBooked() throws {
        assertCode(
            0,
            try execute("bars", "import", "--db", "history.db", Fixtures.bars, "--actions", Fixtures.corporateActions))
        let gateway = try start([
            "gateway", "--bars", "history.db", "--from", "2003-02-13", "--when-ordered", "--port", "0",
        ])
        defer { gateway.send(SIGKILL) }
        let port = try XCTUnwrap(try portsOfGateway(ofCommand: 2).first)
        try folder.write(
            """
            { account: { cash: 1000000 }, orders: { time_in_force: "GTC" },
              brokers: { ibkr: { port: \(port), account: "DU123" } }, live: { permit: true, account: "DU123" },
              production: { commission_wait: "2s" }, risk: { strategies: { mom: { max_notional: 6000 } } } }
            """, to: "execution.json")
        func rebalance(_ units: Int) throws -> CommandResult {
            try folder.write(
                "as_of,ticker,target_quantity,decision_id,strategy_id\n2003-02-12,MSFT,\(units),d\(units),mom\n",
                to: "targets.csv")
            return try apply("--live --yes")
        }
        func reconcile(_ words: String...) throws -> CommandResult {
            try execute(["reconcile", "--db", "runtime.db", "--config", "execution.json"] + words)
        }
        assertCode(0, try rebalance(100))
        // An order that never fills lets the days pass.
        try folder.write(
            "as_of,ticker,side,quantity,order_type,limit_price\n2003-02-12,IBM,BUY,1,LIMIT,1\n", to: "orders.csv")
        _ = try shell(
            "EXEC_DRY_RUN=0 \"$EXECUTION\" apply --mode production --db runtime.db --orders orders.csv --config execution.json "
                + "--account DU123 --live --yes --timeout 5s")

        let found = try reconcile()
        assertCode(1, found)
        assertContains(found.output, ["BREAK MSFT: 100 in the book, 200 at the broker"])
        let wrong = try reconcile("--split", "MSFT=3")
        assertCode(1, wrong)
        assertContains(
            wrong.errors, ["MSFT: 100 in the book, 200 at the broker, and 3 for each make 300; the split is not booked"]
        )
        let booked = try reconcile("--split", "MSFT=2,IBM=2")
        assertCode(0, booked)
        assertContains(booked.errors, ["MSFT: 100 in the book, 200 at the broker, booked as a split: 2 for each"])
        let database = try Database.openForReading(folder.path("runtime.db"))
        XCTAssertEqual(
            try database.rows("SELECT ticker, ratio, change FROM position_adjustments WHERE kind = 'SPLIT'"),
            [["MSFT", "2.0", "100.0"]])
        try assertVerified("runtime.db")
        let profit = CSVRows(try execute("pnl", "--db", "runtime.db", "--by", "ticker", "--format", "csv").output)
        XCTAssertEqual(profit.columns("strategy_id", "ticker", "size"), [["mom", "MSFT", "200"]])

        // 200 at 24 dollars leave room for some fifty more, where 100 would leave room for all.
        _ = try rebalance(300)
        let verdict = try database.rows(
            "SELECT binding_limit, approved BETWEEN 30 AND 70 FROM risk_decisions ORDER BY risk_decision_id DESC LIMIT 1"
        )
        XCTAssertEqual(verdict, [["strategies.max_notional", "1"]])

        for words in ["MSFT", "MSFT=0", "MSFT=two", "MSFT=2,MSFT=2", "=2", ""] {
            let refused = try reconcile("--split", words)
            assertCode(64, refused)
            assertContains(refused.errors, ["is no split; give TICKER=RATIO"])
        }
    }
}
