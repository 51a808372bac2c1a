import Foundation
import TestSupport
import XCTest

/// `risk` on the real bars; its figures are compared with numpy's by dev_workflows/compare_risk_with_numpy.py.
final class RiskTests: CommandLineTestCase {
    private struct Report: Decodable {
        struct Position: Decodable {
            var ticker: String
            var value: Double
            var observations: Int
            var correlation: Double?
        }
        struct Drawdown: Decodable {
            var maximum: Double
            var trough_on: String
        }
        struct Strategy: Decodable {
            var strategy_id: String
            var closed_trades: Int
        }
        var book: String?
        var as_of: String
        var days: Int
        var equity: Double?
        var `var`: [String: Double]
        var positions: [Position]
        var drawdown: Drawdown?
        var strategies: [Strategy]
    }

    private func report(_ words: String...) throws -> Report {
        let result = try execute(["risk", "--bars", "history.db", "--format", "json"] + words)
        assertCode(0, result)
        return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }

    /// The equity that is replayed from the book is the one that the run reports.
    func testABookIsItsEquityToTheLastDay() throws {
        try importExample()
        XCTAssertLessThanOrEqual(try apply("--targets", Fixtures.targets, "--run-id", "example").code, 1)
        let report = try report("--db", "training.db")
        XCTAssertEqual(report.book, "example")
        let runs = try execute("runs", "--db", "training.db", "--format", "json").output
        XCTAssertTrue(
            runs.contains("\"final_equity\":\(report.equity ?? 0)"), "\(report.equity ?? 0) is not in \(runs)")
        XCTAssertGreaterThan(report.drawdown?.maximum ?? 0, 0.1)
        XCTAssertEqual(report.strategies.map(\.strategy_id), ["momentum-6m"])
        XCTAssertGreaterThan(report.strategies[0].closed_trades, 10)
        let text = try execute("risk", "--bars", "history.db", "--db", "training.db", "--run-id", "example").output
        assertContains(
            text,
            [
                "example at \(report.as_of): level 0.99, horizon 1 day, returns of 250 days\n",
                "value at risk, historical", "momentum-6m",
            ])
    }

    func testPositionsOfAFile() throws {
        try importExample()
        try folder.write("ticker,quantity\nIBM,100\nAAPL,-50\n", to: "positions.csv")
        let report = try report("--positions", "positions.csv", "--window", "60", "--level", "0.95")
        XCTAssertEqual(report.days, 60)
        XCTAssertEqual(report.positions.map(\.ticker), ["IBM", "AAPL"])
        XCTAssertLessThan(report.positions[1].value, 0)
        XCTAssertGreaterThan(report.var["historical"] ?? 0, 0)
        XCTAssertNil(report.drawdown)
        try folder.write("ticker,quantity\nIBM,100\n", to: "one.csv")
        let one = try self.report("--positions", "one.csv")
        XCTAssertNil(one.positions[0].correlation, "there is nothing else")
        let words = ["risk", "--bars", "history.db", "--positions", "one.csv", "--horizon", "2.5", "--window", "9999"]
        assertContains(
            try execute(words).output, ["horizon 2.5 days, returns of ", " days (of 9999 that were asked for)"])
        let longer = try self.report("--positions", "one.csv", "--horizon", "4")
        XCTAssertEqual(
            longer.var["parametric"] ?? 0, 2 * (one.var["parametric"] ?? .nan), accuracy: 1e-9, "the square root of 4")
    }

    func testRefusals() throws {
        try importExample()
        try folder.write("ticker,quantity\nXX,1\n", to: "unknown.csv")
        let cases: [(words: String, code: Int32, message: String)] = [
            ("", 64, "needs either --positions FILE or --db FILE"),
            ("--positions a.csv --db b.db", 64, "needs either --positions FILE or --db FILE"),
            ("--positions a.csv --run-id x", 64, "--run-id does not go with --positions"),
            ("--db a.db --run-id x --account y", 64, "--account does not go with --run-id"),
            ("--positions a.csv --level 1", 64, "--level \"1\" is not a number from 0.5 to below 1, such as 0.99"),
            ("--positions a.csv --horizon 0", 64, "--horizon \"0\" is not a number of days above zero"),
            ("--positions a.csv --window 1.5", 64, "--window \"1.5\" is not a number of whole days from 2"),
            ("--positions a.csv --interval 1x", 2, "--interval \"1x\" is not an interval"),
            ("--positions a.csv", 2, "a.csv"),
            ("--positions unknown.csv", 2, "\"XX\" is or was held and has no bars"),
            ("--db history.db", 2, "history.db has no runs"),
        ]
        for (words, code, message) in cases {
            let result = try execute(["risk", "--bars", "history.db"] + words.split(separator: " ").map(String.init))
            XCTAssertEqual(result.code, code, words)
            XCTAssertEqual(result.output, "", words)
            assertContains(result.errors, [message])
        }
    }
}
