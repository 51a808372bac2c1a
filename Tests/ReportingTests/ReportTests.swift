import Foundation
import Storage
import TradingModel
import XCTest

@testable import Reporting

final class ReportTests: XCTestCase {
    private var path = ""

    override func setUpWithError() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString).db").path
        let database = try Database.openForWriting(path, durability: .normal)
        // Rows by hand, so that texts and digits are the ones this test is about.
        try database.connection.execute(
            """
            INSERT INTO execution_runs (run_number, run_id, mode, venue, account, currency, status, started_at, finished_at,
                record, config, input_digest, code_version, writer_host, writer_pid, writer_token, heartbeat_at, initial_cash_e6,
                final_equity_e6)
            VALUES (1, 'r1', 'TRAINING', 'simulator', 'a', 'USD', 'COMPLETED', '2010-01-01T00:00:00.000Z',
                    '2010-01-01T00:00:01.500Z', 'trades', '{}', 'd', '1', 'h', 1, 't', '2010-01-01T00:00:00.000Z', 1000000000000,
                    1000000000001),
                   (2, 'r2', 'TRAINING', 'simulator', 'a', 'USD', 'RUNNING', '2010-01-01T09:30:00.000Z', NULL, 'trades', '{}', 'd',
                    '1', 'elsewhere', 1, 't', '2010-01-01T00:00:00.000Z', 0, NULL);
            INSERT INTO pipeline_decisions (decision_id, decided_at, strategy_id)
            VALUES ('d,1', '2010-01-01T00:00:00.000Z', 'say "hi"');
            INSERT INTO trades (trade_id, timestamp, ticker, direction, strategy_id, decision_id, run_id, mode, account,
                execution_id, fill_rule, ambiguous, size_e8, price_e8, commission_e6, slippage_e6)
            VALUES (1000000001, '2010-01-04T00:00:00.000Z', 'AAPL', 'BUY', 'say "hi"', 'd,1', 'r1', 'TRAINING', 'a', '1.1',
                    'market_open', 0, 10000000000, 9007199254740993, 1000001, 0),
                   (1000000002, '2010-01-04T14:30:00.000Z', 'A' || char(10) || 'B', 'SELL', NULL, 'd,1', 'r1', 'TRAINING', 'a', '2.1',
                    'limit_inside', 1, 50000000, 123, -500000, 10);
            """)
    }

    override func tearDownWithError() throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    private func text(_ query: TableQuery, _ format: ReportFormat) throws -> String {
        var text = ""
        try Report(Database.openForReading(path)).write(query, as: format) { text += $0 }
        return text
    }

    func testTablesAreAlignedForPeople() throws {
        XCTAssertEqual(
            try text(.runs(runID: nil), .table),
            """
            run_id  mode      venue      status       started_at            finished_at               record  currency  initial_cash    final_equity
            ------  --------  ---------  -----------  --------------------  ------------------------  ------  --------  ------------  --------------
            r1      TRAINING  simulator  COMPLETED    2010-01-01            2010-01-01T00:00:01.500Z  trades  USD            1000000  1000000.000001
            r2      TRAINING  simulator  INTERRUPTED  2010-01-01T09:30:00Z                            trades  USD                  0
            2 rows

            """)
    }

    func testCSVKeepsEveryDigitAndQuotesWhatNeedsIt() throws {
        let lines = try text(.trades(runID: "r1"), .csv).components(separatedBy: "\r\n")
        XCTAssertEqual(
            lines[1],
            "1000000001,r1,2010-01-04T00:00:00.000Z,AAPL,BUY,100,90071992.54740993,1.000001,0,market_open,0,\"say \"\"hi\"\"\",,,,"
                + "\"d,1\",,TRAINING,a,1.1,,")
        XCTAssertTrue(lines[2].contains("\"A\nB\",SELL,0.5,0.00000123,-0.5,0.00001,limit_inside,1,,"), lines[2])
    }

    func testJSONIsAnArrayOfObjectsWithExactNumbers() throws {
        let text = try text(.trades(runID: nil), .json)
        XCTAssertTrue(text.contains(#""price":90071992.54740993,"#), text)
        XCTAssertTrue(text.contains(#""ticker":"A\nB""#), text)
        XCTAssertTrue(text.contains(#""strategy_id":"say \"hi\"""#), text)
        let objects = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        XCTAssertEqual(objects.count, 2)
        XCTAssertTrue(objects[1]["strategy_id"] is NSNull)
    }

    func testAnEmptyAnswerIsStillAnAnswer() throws {
        XCTAssertEqual(try text(.gap(runID: "r1"), .json), "[]\n")
        XCTAssertEqual(
            try text(.positions(runID: "r1"), .csv),
            "run_id,account,ticker,size,average_cost,realized_pnl,updated_at\r\n")
        XCTAssertTrue(try text(.orders(runID: nil), .table).hasSuffix("\n0 rows\n"))
    }

    func testAnUnknownRunIsNamedWithTheOnesThereAre() {
        XCTAssertThrowsError(try text(.trades(runID: "r3"), .table)) {
            XCTAssertEqual("\($0)", "no run r3; the latest runs are r2, r1")
        }
    }

    func testTradesFitAScreen() throws {
        let widest = try text(.trades(runID: "r1"), .table).split(separator: "\n").map(\.count).max() ?? 0
        XCTAssertLessThanOrEqual(widest, 140)
    }
}
