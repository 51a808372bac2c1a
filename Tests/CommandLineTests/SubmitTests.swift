import Foundation
import Storage
import TestSupport
import XCTest

/// `submit` and `intents`: in TRAINING on the real bars, in PRODUCTION against the gateway as another process.
final class SubmitTests: CommandLineTestCase {
    private static let header =
        "intent_id,decided_at,strategy_id,ticker,side,quantity,notional,order_type,limit_price,expires_at,confidence\n"
    private static let file =
        header + """
            a1,2012-05-31,mom,AAPL,BUY,100,,,,,0.5
            a2,2012-05-31,mom,IBM,BUY,,50000,,,2012-09-01,
            a3,2012-05-31,val,MSFT,HOLD,0,,MARKET,,,
            a4,2012-05-30,val,MSFT,SELL,50,,,,,
            a5,2012-05-30,val,MSFT,BUY,50,,,,2012-05-30,
            a1,2012-05-31,mom,AAPL,BUY,100,,,,,0.5

            """

    // MARK: - TRAINING

    private func train(_ words: String..., input: String? = nil) throws -> CommandResult {
        try execute(
            ["submit", "--mode", "training", "--db", "training.db", "--bars", "history.db"] + words, input: input)
    }

    func testTraining() throws {
        try importExample()
        try folder.write(Self.file, to: "intents.csv")
        let first = try train("--intents", "intents.csv", "--run-id", "first")
        // One had expired.
        assertCode(1, first)
        assertContains(
            first.output,
            [
                "Orders        3, 3 filled whole", "1 expired: intent_expired",
                "Note: 1 line of intents.csv (first: line 7, intent a1, as on line 2) say again what an earlier line says",
                "Note: 1 intent holds, and makes no order.",
            ])
        let again = try train("--intents", "intents.csv", "--run-id", "first")
        assertContains(again.output, ["complete already, nothing changed"])
        // Another run is another book.
        let second = try train("--intents", "-", "--run-id", "second", input: Self.file)
        assertCode(1, second)
        assertContains(second.output, ["Orders        3, 3 filled whole"])
        try assertVerified("training.db")

        let table = try execute("intents", "--db", "training.db", "--run-id", "first", "--format", "csv")
        assertCode(0, table)
        let rows = CSVRows(table.output)
        let shown = rows.columns("intent_id", "side", "status", "reason", "size", "filled_size").map {
            $0.joined(separator: " ")
        }
        XCTAssertEqual(
            shown.sorted(),
            [
                "a1 BUY FILLED  100 100", "a2 BUY FILLED  259 259", "a3 HOLD HOLD   ", "a4 SELL FILLED  50 50",
                "a5 BUY EXPIRED intent_expired  ",
            ])
        // At the last close, 192.90, of the day it was decided.
        XCTAssertTrue(rows.columns("intent_id", "sizing_price").contains(["a2", "192.9"]))
        let positions = try execute("positions", "--db", "training.db", "--run-id", "first", "--format", "csv")
        assertContains(positions.output, ["MSFT,-50"])
    }

    /// Intents are orders: the same terms give the same trades, whichever way they come.
    func testTheSameOrdersGiveTheSameTrades() throws {
        try importExample()
        let terms = [
            "2011-03-01,AAPL,BUY,300,LIMIT,345,GTC", "2011-03-01,IBM,SELL,200,,,DAY", "2011-03-02,IBM,BUY,500,,,GTC",
            "2011-03-02,MSFT,BUY,1000,LIMIT,20,DAY", "2011-04-01,AAPL,SELL,300,,,OPG",
        ]
        let columns = "ticker,side,quantity,order_type,limit_price,time_in_force"
        let rows = terms.enumerated().map { "o\($0),\($1)\n" }.joined()
        try folder.write("order_ref,as_of,\(columns)\n" + rows, to: "orders.csv")
        try folder.write("intent_id,decided_at,\(columns)\n" + rows, to: "intents.csv")
        _ = try apply("--orders", "orders.csv", "--run-id", "run")
        _ = try train("--intents", "intents.csv", "--run-id", "other")
        for name in ["trades", "orders", "positions"] {
            let tables = try ["run", "other"].map { run in
                let table = try execute("\(name)", "--db", "training.db", "--run-id", run, "--format", "csv")
                let rows = CSVRows(table.output)
                // What is named after the run is another one.
                let names = rows.header.filter { !$0.hasSuffix("_id") && $0 != "order_key" }
                return rows.rows.map { row in
                    zip(rows.header, row).filter { names.contains($0.0) }.map { "\($0)=\($1)" }
                        .joined(separator: " ")
                }
            }
            XCTAssertFalse(tables[0].isEmpty)
            XCTAssertEqual(tables[0], tables[1], name)
        }
    }

    func testFilesThatAreRefused() throws {
        try importExample()
        let mistakes: [(name: String, rows: String, parts: [String])] = [
            (
                "an unknown ticker", "a,2012-05-31,,APPL,BUY,1,,,,,\n",
                ["bad.csv:2: ticker \"APPL\" has no bars", "AAPL"]
            ),
            ("an unknown ticker that holds", "a,2012-05-31,,APPL,HOLD,,,,,,\n", ["bad.csv:2: ticker \"APPL\""]),
            (
                "after the last bar", "a,2013-03-02,,AAPL,BUY,1,,,,,\n",
                ["decided_at \"2013-03-02\" is after the last bar"]
            ),
            (
                "no close to size with", "a,2012-05-17,,FB,BUY,,5000,,,,\n",
                ["decided_at \"2012-05-17\" is before the first bar of FB is over"]
            ),
            (
                "two intents of one id", "a,2012-05-31,,AAPL,BUY,1,,,,,\na,2012-05-31,,AAPL,BUY,2,,,,,\n",
                ["bad.csv:3: intent_id \"a\" has quantity \"2\" here and \"1\" on line 2 (duplicate_intent)"]
            ),
            ("no rows", "", ["has no rows; give at least one intent"]),
        ]
        for (name, rows, parts) in mistakes {
            try folder.write(Self.header + rows, to: "bad.csv")
            let result = try train("--intents", "bad.csv")
            XCTAssertEqual(result.code, 2, "\(name): \(result.errors)")
            assertContains(result.errors, parts)
            XCTAssertFalse(try folder.has("training.db"), name)
        }
        try folder.write(
            "intent_id,decided_at,account,ticker,side\na,2012-05-31,DU1,AAPL,HOLD\nb,2012-05-31,DU2,AAPL,HOLD\n",
            to: "bad.csv")
        let accounts = try train("--intents", "bad.csv")
        assertCode(2, accounts)
        assertContains(accounts.errors, ["bad.csv:3: account \"DU2\" is another one than DU1 on line 2"])
        assertCode(64, try train())
        assertCode(64, try train("--intents", "bad.csv", "--targets", "t.csv"))
        assertCode(64, try train("--intents", "bad.csv", "--account", "DU1"))
    }

    // MARK: - PRODUCTION

    private func startGateway() throws -> RunningCommand {
        let gateway = try start([
            "gateway", "--bars", Fixtures.bars, "--from", "2012-06-01", "--when-ordered", "--port", "0",
        ])
        let port = try XCTUnwrap(try portsOfGateway().first)
        try folder.write(
            """
            { account: { cash: 1000000 }, orders: { time_in_force: "GTC" },
              brokers: { ibkr: { port: \(port), account: "DU123" } }, live: { permit: true, account: "DU123" },
              production: { commission_wait: "2s" } }
            """, to: "execution.json")
        return gateway
    }

    private static let words = [
        "submit", "--mode", "production", "--db", "runtime.db", "--config", "execution.json", "--account", "DU123",
    ]

    private func submit(_ file: String, _ words: String = "--live --yes") throws -> CommandResult {
        try shell(
            "EXEC_DRY_RUN=0 \"$EXECUTION\" \(Self.words.joined(separator: " ")) --intents \(file) \(words)")
    }

    private func orders() throws -> [String] {
        CSVRows(try execute("orders", "--db", "runtime.db", "--format", "csv").output)
            .columns("order_ref", "status", "filled_size").map { $0.joined(separator: " ") }
    }

    func testTheWayOfIntents() throws {
        let gateway = try startGateway()
        defer { gateway.send(SIGKILL) }
        try folder.write(Self.file, to: "intents.csv")

        let dryRun = try submit("intents.csv", "")
        assertCode(1, dryRun)
        assertContains(
            dryRun.errors,
            [
                "Note: 1 line of intents.csv (first: line 7", "Note: 1 intent holds, and makes no order.",
                "SELL 50 MSFT MARKET GTC", "BUY 100 AAPL MARKET GTC, last price 577.73, held 0",
                "BUY 259 IBM MARKET GTC, last price 192.9", "Intents that have expired and make no order: 1",
            ])
        XCTAssertFalse(dryRun.errors.contains("sending"), dryRun.errors)

        // What a dry run showed is not on record of the account.
        let live = try submit("intents.csv")
        assertCode(1, live)
        assertContains(live.output, ["Orders        3, 3 filled whole", "1 expired: intent_expired"])
        let once = try orders()
        XCTAssertEqual(once.suffix(3).sorted(), ["a1 FILLED 100", "a2 FILLED 259", "a4 FILLED 50"])

        let again = try submit("intents.csv")
        assertContains(again.output, ["complete already, nothing changed"])

        // Another run, and another file with one intent more.
        let other = try submit("intents.csv", "--live --yes --run-id other")
        assertCode(0, other)
        assertContains(
            other.errors,
            ["intents that are on record with the same content, and are skipped: 5 of 5: a1 (line 2, run submit-"])
        assertContains(other.output, ["Orders        none", "are skipped: 5 of 5"])
        XCTAssertEqual(try orders(), once)
        try folder.write(Self.file + "a6,2012-06-01,mom,IBM,SELL,9,,,,,\n", to: "more.csv")
        let more = try submit("more.csv")
        assertCode(0, more)
        assertContains(more.output, ["Orders        1, 1 filled whole", "are skipped: 5 of 6"])
        XCTAssertEqual(try orders(), once + ["a6 FILLED 9"])

        // The whole file is refused for one id that stands for another intent.
        try folder.write(
            Self.header + "a7,2012-06-01,mom,IBM,SELL,1,,,,,\na6,2012-06-01,mom,IBM,SELL,10,,,,,\n", to: "wrong.csv")
        let before = try DatabaseDump(folder.path("runtime.db"))
        let wrong = try submit("wrong.csv")
        assertCode(2, wrong)
        assertContains(
            wrong.errors,
            [
                "wrong.csv:3: intent_id \"a6\" has quantity 10 here and 9 on record, first seen by run submit-",
                "(duplicate_intent)",
            ])
        XCTAssertNil(try DatabaseDump(folder.path("runtime.db")).difference(from: before))

        let reconciled = try execute("reconcile", "--db", "runtime.db", "--config", "execution.json")
        assertContains(reconciled.output, ["the books agree with the broker"])
        try assertVerified("runtime.db")
        let shown = try execute("intents", "--db", "runtime.db", "--format", "json")
        assertContains(shown.output, ["\"intent_id\":\"a3\"", "\"HOLD\"", "\"intent_expired\""])
    }

    func testAnotherAccountIsRefused() throws {
        try folder.write("{ brokers: { ibkr: { account: 'DU123' } } }", to: "execution.json")
        try folder.write(
            "intent_id,decided_at,account,ticker,side,quantity\na,2012-05-31,DU123,AAPL,BUY,1\nb,2012-05-31,DU9,AAPL,BUY,1\n",
            to: "intents.csv")
        let result = try execute(Self.words + ["--intents", "intents.csv"])
        assertCode(2, result)
        assertContains(
            result.errors,
            ["intents.csv:3: account \"DU9\" is not the account that is traded, DU123; give DU123, or trade DU9"])
        XCTAssertFalse(try folder.has("runtime.db"))
    }

    /// While its order works, an intent ends with its `expires_at`, by the broker's clock.
    func testAnIntentThatExpiresIsCancelled() throws {
        let gateway = try startGateway()
        defer { gateway.send(SIGKILL) }
        try folder.write(Self.header + "a,2012-05-31,,AAPL,BUY,10,,LIMIT,1,2012-06-01T00:00:02Z,\n", to: "intents.csv")
        let result = try submit("intents.csv")
        assertCode(1, result)
        assertContains(result.errors, ["BUY 10 AAPL: cancelled (intent_expired), 0 filled"])
        assertContains(result.output, ["1 cancelled: intent_expired"])
        try assertVerified("runtime.db")
    }

    /// Of two processes with the same file one trades the account; the other is refused, and nothing is ordered twice.
    func testTwoProcessesWithOneFile() throws {
        let gateway = try startGateway()
        defer { gateway.send(SIGKILL) }
        try folder.write(Self.file, to: "intents.csv")
        let result = try shell(
            """
            export EXEC_DRY_RUN=0
            run() { "$EXECUTION" \(Self.words.joined(separator: " ")) --intents intents.csv --live --yes "$@"; }
            run > one.out 2> one.err & one=$!
            run --run-id two > two.out 2> two.err & two=$!
            wait $one; echo $?; wait $two; echo $?
            """)
        let codes = result.output.split(separator: "\n").compactMap { Int32($0) }
        let errors = try ["one.err", "two.err"].map { try String(contentsOfFile: folder.path($0), encoding: .utf8) }
        // Whoever comes later than the other's end finds everything on record.
        for (code, text) in zip(codes, errors) {
            XCTAssertTrue(
                code == 1 && text.contains("filled at") || code == 2 && text.contains("is being traded by")
                    || code == 0 && text.contains("are skipped: 5 of 5"), "\(code): \(text)")
        }
        XCTAssertEqual(codes.count { $0 == 1 }, 1, "\(errors)")
        XCTAssertEqual(try orders().sorted(), ["a1 FILLED 100", "a2 FILLED 259", "a4 FILLED 50"])
        let reconciled = try execute("reconcile", "--db", "runtime.db", "--config", "execution.json")
        assertContains(reconciled.output, ["the books agree with the broker"])
        try assertVerified("runtime.db")
    }

    // MARK: - Both modes

    /// Carries out a file in both modes on the same bars; what became of each intent, mode by mode.
    private func carryOutInBothModes(
        _ rows: [String], _ configuration: String, code: Int32, _ columns: [String], header: String = header,
        file: StaticString = #filePath, line: UInt = #line
    ) throws -> [[String]] {
        try importExample()
        let gateway = try start([
            "gateway", "--bars", "history.db", "--from", "2012-06-01", "--when-ordered", "--port", "0",
        ])
        defer { gateway.send(SIGKILL) }
        let port = try XCTUnwrap(try portsOfGateway(ofCommand: 2).first)
        try folder.write(
            """
            { account: { cash: 1000000 }, orders: { time_in_force: "GTC" }, \(configuration)
              brokers: { ibkr: { port: \(port), account: "DU123" } }, live: { permit: true, account: "DU123" } }
            """, to: "execution.json")
        try folder.write(header + rows.joined(separator: "\n") + "\n", to: "intents.csv")
        assertCode(code, try train("--intents", "intents.csv", "--config", "execution.json"), file: file, line: line)
        assertCode(code, try submit("intents.csv"), file: file, line: line)
        return try ["training.db", "runtime.db"].map { database in
            try assertVerified(database, file: file, line: line)
            let table = CSVRows(try execute("intents", "--db", database, "--format", "csv").output)
            let places = columns.compactMap { table.header.firstIndex(of: $0) }
            return table.rows.map { row in places.map { row[$0] }.joined(separator: " ") }.sorted()
        }
    }

    /// A file decides the same in both modes: quantities, prices and what is left out.
    func testBothModesDoTheSame() throws {
        let tables = try carryOutInBothModes(
            [
                "b1,2012-05-31,m,AAPL,BUY,,40000,,,,", "b2,2012-05-31,m,IBM,SELL,120,,,,,",
                "b3,2012-05-31,v,GOOG,HOLD,,,,,,",
            ], "", code: 0,
            ["intent_id", "status", "size", "filled_size", "average_price", "sizing_price", "content_digest"])
        XCTAssertEqual(tables[0], tables[1])
        XCTAssertEqual(tables[0].count, 3)
    }

    /// An intent says how its order is carried out; its children are the order's, and the intent is one.
    func testAlgorithmsInBothModes() throws {
        let tables = try carryOutInBothModes(
            ["d1,2012-05-31,AAPL,BUY,100,,iceberg,display=40", "d2,2012-05-31,IBM,BUY,,10000,iceberg,display=20"], "",
            code: 0,
            [
                "intent_id", "algorithm", "algorithm_parameters", "status", "size", "filled_size", "sizing_price",
                "content_digest",
            ], header: "intent_id,decided_at,ticker,side,quantity,notional,algorithm,algorithm_parameters\n")
        XCTAssertEqual(tables[0], tables[1])
        XCTAssertEqual(
            tables[0].map { $0.split(separator: " ").prefix(6).joined(separator: " ") },
            ["d1 iceberg display=40 FILLED 100 100", "d2 iceberg display=20 FILLED 51 51"])
        for database in ["training.db", "runtime.db"] {
            let children = try Database.openForReading(folder.path(database)).rows(
                """
                SELECT p.order_ref, count(*), sum(c.size)
                FROM orders c JOIN orders p ON p.order_id = c.parent_order_id GROUP BY 1 ORDER BY 1
                """)
            XCTAssertEqual(children.map { $0.joined(separator: " ") }, ["d1 3 100.0", "d2 3 51.0"], database)
            let ledger = try folder.path("\(database).ndjson")
            assertCode(0, try execute("export-ledger", "--db", database, "--out", ledger))
            let contents = try LedgerContents(XCTUnwrap(try folder.bytes("\(database).ndjson")))
            XCTAssertEqual(contents.count("intent"), 2)
            try contents.assertSame(as: folder.path(database))
        }
    }

    /// Half of full Kelly at a chance of 0.6 and even odds is a tenth of a million: 173 shares at 577.73.
    func testTheGateJudgesIntentsByTheirConfidence() throws {
        let tables = try carryOutInBothModes(
            [
                "c1,2012-05-31,m,AAPL,BUY,500,,,,,0.6", "c2,2012-05-31,m,IBM,BUY,10,,,,,",
                "c3,2012-05-31,m,MSFT,SELL,10,,,,,0.9",
            ],
            "risk: { allow_short: false, kelly: { fraction: 0.5, source: \"confidence\", payoff_ratio: 1 } },", code: 1,
            ["intent_id", "status", "reason", "size", "filled_size"])
        XCTAssertEqual(
            tables[0],
            ["c1 FILLED  173 173", "c2 DENIED risk_data_unavailable 10 0", "c3 DENIED risk_limit 10 0"])
        XCTAssertEqual(tables[1], tables[0])
    }
}
