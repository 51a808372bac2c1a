import Foundation
import InputFiles
import Storage
import TestSupport
import XCTest

@testable import ExecutionService

/// Every algorithm in TRAINING on the real bars, through files and tables.
final class AlgorithmTests: ServiceTestCase {
    private static let header =
        "as_of,order_ref,ticker,side,quantity,limit_price,order_type,time_in_force,cancel_at,algorithm,algorithm_parameters\n"

    private func run(_ orders: String, configuration: String? = nil) throws -> Database {
        var sources = ExecutionPlan.Sources(
            orders: try folder.write(Self.header + orders, to: "orders.csv"), bars: try importExample())
        sources.configuration = try configuration.map { try folder.write($0, to: "execution.json") }
        let path = try folder.path("training.db")
        _ = try apply(try ExecutionPlan(sources), mode: .training, database: path, runID: "run")
        try assertVerified(path)
        return try Database.openForReading(path)
    }

    private func parents(_ database: Database) throws -> [[String]] {
        try database.rows(
            """
            SELECT order_ref, status, coalesce(status_reason, limited_by, ''), CAST(size AS INTEGER),
                CAST(filled_size AS INTEGER), algorithm_started_at
            FROM orders WHERE algorithm IS NOT NULL ORDER BY order_id
            """)
    }

    /// Ordered and filled, child by child.
    private func children(_ reference: String, _ database: Database) throws -> [String] {
        try database.rows(
            """
            SELECT substr(ordered_at, 6, 5), CAST(ordered AS INTEGER), CAST(filled AS INTEGER), coalesce(child_reason, '')
            FROM algorithm_schedule WHERE order_ref = '\(reference)' ORDER BY child_number
            """
        ).map { $0.joined(separator: " ") }
    }

    /// 2004-06-12 and 13 are a weekend, and 2004-06-11 was a day of mourning without trading.
    func testTWAPCarriesWhatADayDoesNotFill() throws {
        let database = try run("2004-06-08,twap,MSFT,BUY,700,,MARKET,DAY,,twap,duration=7d slices=7\n")
        XCTAssertEqual(
            try parents(database), [["twap", "FILLED", "", "700", "700", "2004-06-09T00:00:00.000Z"]])
        XCTAssertEqual(
            try children("twap", database),
            [
                "06-09 100 100 ", "06-10 100 100 ", "06-11 100 0 carried", "06-12 200 0 carried", "06-13 300 0 carried",
                "06-14 400 400 ", "06-15 100 100 ",
            ])
        XCTAssertEqual(try database.rows("SELECT * FROM target_gap"), [])
    }

    /// Daily bars say nothing of the time of day: VWAP is as TWAP on them.
    func testVWAPOnDailyBarsIsByEqualDays() throws {
        let rows = "duration=7d slices=7"
        let database = try run(
            "2004-06-08,twap,MSFT,BUY,700,,MARKET,DAY,,twap,\(rows)\n2004-06-08,vwap,MSFT,BUY,700,,MARKET,DAY,,vwap,\(rows)\n"
        )
        XCTAssertEqual(try children("vwap", database), try children("twap", database))
    }

    func testPOVTakesItsShareOfTheVolumeBefore() throws {
        let database = try run("2004-06-01,pov,IBM,BUY,100000,,MARKET,DAY,,pov,share=0.01 duration=14d\n")
        XCTAssertEqual(
            try parents(database), [["pov", "FILLED", "", "100000", "100000", "2004-06-02T00:00:00.000Z"]])
        let history = try folder.path("history.db")
        try database.connection.execute("ATTACH '\(history)' AS history")
        // The first child is decided when the bar of the day before is over, and is a hundredth of what had traded by then.
        try assertNone(
            """
            WITH looks AS (
                SELECT child_number, ordered, filled_so_far - filled + ordered AS ordered_so_far, (
                    SELECT sum(volume) FROM history.bars b
                    WHERE b.ticker = 'IBM' AND b.timestamp >= s.algorithm_started_at AND b.timestamp < s.ordered_at) AS traded
                FROM algorithm_schedule s)
            SELECT * FROM looks WHERE ordered_so_far <> min(100000, CAST(traded / 100 AS INTEGER))
            """, in: database, "ordered is a hundredth of what had traded")
    }

    func testAnIcebergShowsOneTrancheAtATime() throws {
        let database = try run("2004-06-01,ice,MSFT,BUY,2500,26.5,LIMIT,GTC,,iceberg,display=1000\n")
        XCTAssertEqual(
            try children("ice", database), ["06-02 1000 1000 ", "06-02 1000 1000 ", "06-03 500 500 "])
        try assertNone(
            """
            SELECT * FROM orders a JOIN orders b ON b.parent_order_id = a.parent_order_id AND b.child_number = a.child_number + 1
            WHERE b.created_at < (SELECT max(timestamp) FROM trades WHERE order_id = a.order_id)
            """, in: database, "no tranche before the former has filled")
    }

    func testTheEndOfAWindow() throws {
        let database = try run(
            """
            2004-07-01,rest,IBM,SELL,500,95,LIMIT,DAY,,twap,duration=5d slices=5
            2004-07-01,market,IBM,SELL,500,95,LIMIT,DAY,,twap,duration=5d slices=5 finish=market
            2004-07-01,early,IBM,SELL,500,95,LIMIT,GTC,2004-07-04,twap,duration=5d slices=5
            2004-07-01,day,IBM,SELL,500,95,LIMIT,DAY,,iceberg,display=100
            2013-02-27,open,IBM,SELL,500,,MARKET,DAY,,twap,duration=100d slices=5

            """)
        XCTAssertEqual(
            try parents(database).map { Array($0.prefix(5)) },
            [
                ["rest", "EXPIRED", "window_ended", "500", "0"], ["market", "FILLED", "", "500", "500"],
                ["early", "CANCELLED", "cancel_requested", "500", "0"], ["day", "EXPIRED", "day_ended", "500", "0"],
                ["open", "WORKING", "no_bar", "500", "100"],
            ])
        XCTAssertEqual(try children("market", database).last, "07-07 500 500 ")
        XCTAssertEqual(
            try database.rows("SELECT reason, CAST(missing AS INTEGER) FROM target_gap ORDER BY order_id"),
            [["window_ended", "-500"], ["cancel_requested", "-500"], ["day_ended", "-500"], ["no_bar", "-400"]],
            "one row for each parent, none for its children")
    }

    /// AAPL has two new shares for each old one from 2005-02-28 on.
    func testASplitWithinTheWindow() throws {
        let database = try run("2005-02-22,twap,AAPL,BUY,800,,MARKET,DAY,,twap,duration=8d slices=8\n")
        XCTAssertEqual(
            try children("twap", database),
            [
                "02-23 100 100 ", "02-24 100 100 ", "02-25 100 100 ", "02-26 100 0 carried", "02-27 400 0 carried",
                "02-28 600 600 ", "03-01 200 200 ", "03-02 200 200 ",
            ])
        XCTAssertEqual(try database.rows("SELECT CAST(size AS INTEGER) FROM positions"), [["1600"]])
    }

    func testANewerTargetEndsTheAlgorithmFirst() throws {
        let targets = """
            as_of,ticker,target_quantity,algorithm,algorithm_parameters
            2004-06-08,MSFT,700,twap,duration=7d slices=7
            2004-06-10,MSFT,50,,
            2004-06-14,MSFT,-100,iceberg,display=60

            """
        let plan = try ExecutionPlan(
            .init(targets: try folder.write(targets, to: "targets.csv"), bars: try importExample()))
        let path = try folder.path("training.db")
        _ = try apply(plan, mode: .training, database: path, runID: "run")
        try assertVerified(path)
        let database = try Database.openForReading(path)
        XCTAssertEqual(
            try database.rows(
                """
                SELECT action, status, coalesce(status_reason, ''), CAST(size AS INTEGER), CAST(filled_size AS INTEGER),
                    (SELECT count(*) FROM orders c WHERE c.parent_order_id = o.order_id)
                FROM orders o WHERE child_number IS NULL ORDER BY order_id
                """),
            [
                ["OPEN_LONG", "CANCELLED", "superseded", "700", "200", "2"],
                ["REDUCE", "FILLED", "", "150", "150", "0"],
                ["CLOSE", "FILLED", "", "50", "50", "1"], ["OPEN_SHORT", "FILLED", "", "100", "100", "2"],
            ])
        XCTAssertEqual(try database.rows("SELECT CAST(size AS INTEGER) FROM positions"), [["-100"]])
    }

    func testNothingIsCountedTwice() throws {
        let database = try run("2004-06-08,twap,MSFT,BUY,700,,MARKET,DAY,,twap,duration=7d slices=7\n")
        XCTAssertEqual(
            try database.rows("SELECT orders, filled_orders, trades FROM run_summary"), [["1", "1", "4"]])
        XCTAssertEqual(
            try database.rows("SELECT order_ref, fills, CAST(filled_size AS INTEGER) FROM execution_quality"),
            [["twap", "4", "700"]])
        XCTAssertEqual(
            try database.rows(
                "SELECT (SELECT sum(commission_e6) FROM trades) = round(commission * 1e6) FROM execution_quality"),
            [["1"]])
    }

    func testTheConfigurationsAlgorithm() throws {
        let database = try run(
            "2004-06-08,a,MSFT,BUY,10,,MARKET,DAY,,,\n2004-06-08,b,MSFT,BUY,10,,MARKET,DAY,,none,\n",
            configuration: #"{orders: {algorithm: "twap", algorithm_parameters: "duration=2d slices=2"}}"#)
        XCTAssertEqual(
            try database.rows("SELECT order_ref, coalesce(algorithm, '') FROM orders WHERE child_number IS NULL"),
            [["a", "twap"], ["b", ""]])
    }

    func testRefusedBeforeTheFirstWrite() throws {
        let bars = try importExample()
        let cases: [(row: String, message: String)] = [
            (
                "2004-06-08,a,MSFT,BUY,10,,MARKET,DAY,,ibkr_twap,",
                "algorithm \"ibkr_twap\" is an algorithm of Interactive Brokers, which no simulation has; use twap, vwap, pov or iceberg in TRAINING"
            ),
            (
                "2012-05-17,a,FB,BUY,10,,MARKET,DAY,,vwap,duration=1d slices=2",
                "needs the volumes of an earlier date, and the bars of FB begin on 2012-05-18"
            ),
        ]
        for (row, message) in cases {
            let orders = try folder.write(Self.header + row + "\n", to: "orders.csv")
            XCTAssertThrowsError(try ExecutionPlan(.init(orders: orders, bars: bars))) { error in
                XCTAssertTrue("\(error)".contains(message), "\(error)")
            }
        }
    }

    func testProductionRefusesBeforeAnythingIsSent() throws {
        func plan(_ algorithm: String, bars: String? = nil) throws -> RebalancePlan {
            let row = "2012-05-18,a,FB,BUY,10,,MARKET,DAY,,\(algorithm)\n"
            return try RebalancePlan(
                .init(orders: try folder.write(Self.header + row, to: "orders.csv"), account: "DU123", bars: bars),
                venue: .ibkr)
        }
        let vwap = "vwap,duration=10m slices=2"
        XCTAssertThrowsError(try plan(vwap)) { error in
            XCTAssertTrue(
                "\(error)".contains("the algorithm vwap needs historical bars in --mode production too; give --bars"),
                "\(error)")
        }
        let bars = try folder.write(
            "ticker,timestamp,open,high,low,close,volume\nMSFT,2012-05-17,1,1,1,1,5\nMSFT,2012-05-18,1,1,1,1,5\n",
            to: "bars.csv")
        XCTAssertThrowsError(try plan(vwap, bars: bars)) { error in
            XCTAssertTrue(
                "\(error)".contains("orders.csv:2: algorithm \"vwap\" needs the volumes of an earlier date"), "\(error)"
            )
        }
        XCTAssertNoThrow(try plan(vwap, bars: try importExample()).checkWindows(try XCTUnwrap(TimeSpan("10m"))))
        let long = try plan("twap,duration=31m slices=2")
        XCTAssertThrowsError(try long.checkWindows(try XCTUnwrap(TimeSpan("30m")))) { error in
            XCTAssertTrue(
                "\(error)".contains("the window of 31m on line 2 of")
                    && "\(error)".contains("longer than the timeout of 30m"),
                "\(error)")
        }
        XCTAssertNoThrow(try plan("ibkr_twap,duration=2h").checkWindows(try XCTUnwrap(TimeSpan("30m"))))
    }

    /// The same run twice, and one that was interrupted: the same rows.
    func testAnInterruptedRunIsCompleted() throws {
        let orders = try folder.write(
            Self.header
                + "2004-06-08,a,MSFT,BUY,700,,MARKET,DAY,,twap,duration=7d slices=7\n2004-06-01,b,IBM,BUY,100000,,MARKET,DAY,,pov,share=0.01 duration=14d\n",
            to: "orders.csv")
        let plan = try ExecutionPlan(.init(orders: orders, bars: try importExample()))
        let (whole, parted) = (try folder.path("whole.db"), try folder.path("parted.db"))
        _ = try apply(plan, mode: .training, database: whole, runID: "run")
        var looks = 0
        XCTAssertThrowsError(
            try apply(plan, mode: .training, database: parted, runID: "run") { _ in
                looks += 1
                if looks == 1 { throw RunInterrupted(runID: "run") }
            })
        _ = try apply(plan, mode: .training, database: parted, runID: "run")
        let sql = "SELECT order_key, status, size_e8, filled_size_e8, child_number FROM orders ORDER BY order_id"
        XCTAssertEqual(
            try Database.openForReading(parted).rows(sql), try Database.openForReading(whole).rows(sql))
    }
}
