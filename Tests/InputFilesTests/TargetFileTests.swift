import TradingModel
import XCTest

@testable import InputFiles

final class TargetFileTests: XCTestCase {
    private func read(_ text: String, zone: String = "UTC", defaults: OrderDefaults = .init()) throws -> TargetSheet {
        try TargetFile.read(.text(text, name: "targets.csv"), localTime: .load(name: zone), defaults: defaults)
    }

    func testReadsSizesExactly() throws {
        let sheet = try read(
            """
            as_of,ticker,target_weight,target_quantity,target_notional,reference_price,limit_price,time_in_force
            2020-01-02,A,0.1,,,,,
            2020-01-02,B,,-250.5,,10.01,,gtc
            2020-01-02,C,,,25000.000001,,9.99,IOC
            2020-01-02,D,-1e-12,,,,,
            2020-01-02,E,24.899999999999999,,,,,OPG
            """)
        XCTAssertEqual(
            sheet.rows.map(\.size),
            [
                .weight(e12: 100_000_000_000), .quantity(Quantity(e8: -25_050_000_000)),
                .notional(Money(e6: 25_000_000_001)),
                .weight(e12: -1), .weight(e12: 24_900_000_000_000),
            ])
        XCTAssertEqual(sheet.rows.map(\.timeInForce), [nil, .goodTilCancelled, .immediateOrCancel, nil, .atTheOpening])
        XCTAssertEqual(sheet.rows[1].referencePrice, Price(e8: 1_001_000_000))
        XCTAssertEqual(sheet.rows[2].limitPrice, Price(e8: 999_000_000))
        XCTAssertEqual(sheet.tickers, ["A", "B", "C", "D", "E"])
        XCTAssertEqual(sheet.decisions.count, 1)
    }

    func testCSVAndJSONLinesAreTheSame() throws {
        let csv = try read("as_of,ticker,target_weight,strategy_id\n2020-01-02,A,0.25,7\n2020-01-03T10:00Z,B,1e-3,\n")
        let json = try read(
            """
            {"as_of": "2020-01-02", "ticker": "A", "target_weight": 0.25, "strategy_id": 7}
            {"target_weight": "1e-3", "ticker": "B", "as_of": "2020-01-03T10:00Z", "regime_id": null}
            """)
        XCTAssertEqual(csv.rows.map(\.size), json.rows.map(\.size))
        XCTAssertEqual(csv.decisions.map(\.asOf), json.decisions.map(\.asOf))
        XCTAssertEqual(json.decisions.map(\.strategyID), ["7", nil])
        XCTAssertEqual(json.rows.map(\.line), [1, 2])
    }

    func testSortsByTimeAndKeepsTheFilesOrderWithin() throws {
        let sheet = try read(
            "as_of,ticker,target_quantity\n2020-01-03,A,1\n2020-01-02,B,2\n2020-01-03,B,3\n2020-01-02T12:00Z,A,4\n2020-01-02,A,5\n"
        )
        XCTAssertEqual(sheet.rows.map(\.queueRow), [4, 2, 5, 1, 3])
        XCTAssertEqual(sheet.rows.map(\.line), [5, 3, 6, 2, 4])
    }

    func testDecisionsAreBatches() throws {
        let sheet = try read(
            """
            as_of,ticker,target_quantity,decision_id,strategy_id,profile_version_id,regime_id,universe_id
            2020-01-02,A,1,d1,s,p,r,u
            2020-01-02,B,1,d1,s,p,r,u
            2020-01-02,C,1,d2,s,p,r,u
            2020-01-02,D,1,,s,,,
            2020-01-03,D,1,,s,,,
            2020-01-02,E,1,,s,,,
            """)
        XCTAssertEqual(sheet.rows.map(\.decisionIndex), [0, 0, 1, 2, 2, 3])
        XCTAssertEqual(sheet.decisions.map(\.decisionID), ["d1", "d2", nil, nil])
        XCTAssertEqual(sheet.decisions[0].universeID, "u")
        XCTAssertEqual(sheet.decisions[3].profileVersionID, nil)
        XCTAssertEqual(sheet.decisions.map(\.firstLine), [2, 4, 5, 6])
    }

    /// Rule 1: a date is the end of that date; an instant at exactly midnight is a likely mistake, and counted.
    func testRule1DatesAndMidnights() throws {
        let sheet = try read(
            "as_of,ticker,target_quantity\n2020-01-02,A,1\n2020-01-03 00:00,B,1\n2020-01-04T05:00:00Z,B,1\n2020-01-05T00:00:00Z,B,1\n",
            zone: "America/New_York")
        XCTAssertEqual(
            sheet.rows.map { sheet.asOf($0).instant.description },
            [
                "2020-01-03T05:00:00.000Z", "2020-01-03T05:00:00.000Z", "2020-01-04T05:00:00.000Z",
                "2020-01-05T00:00:00.000Z",
            ])
        XCTAssertEqual(sheet.rows.map { sheet.asOf($0).isDate }, [true, false, false, false])
        XCTAssertEqual(sheet.midnightInstants, 2)
        XCTAssertEqual(sheet.firstMidnightLine, 3)
    }

    func testRefusals() {
        let header =
            "as_of,ticker,target_weight,target_quantity,reference_price,limit_price,time_in_force,decision_id,regime_id\n"
        func rows(_ rows: String...) -> String { header + rows.map { $0 + "\n" }.joined() }
        assertRefused([
            (
                "NaN", rows("2020-01-02,A,NaN,,,,,,"),
                "targets.csv:2: target_weight \"NaN\" is not a number; give a decimal such as 0.25"
            ),
            ("infinity", rows("2020-01-02,A,-Infinity,,,,,,"), "target_weight \"-Infinity\" is not a number"),
            ("1e400", rows("2020-01-02,A,,1e400,,,,,"), "target_quantity \"1e400\" is too large"),
            (
                "overflow", rows("2020-01-02,A,9223373,,,,,,"),
                "target_weight \"9223373\" is too large; the largest number kept is 9223372.036854775807"
            ),
            ("a word", rows("2020-01-02,A,all,,,,,,"), "target_weight \"all\" is not a number"),
            ("decimal comma", rows("2020-01-02,A,\"0,5\",,,,,,"), "target_weight \"0,5\" is not a number"),
            ("negative price", rows("2020-01-02,A,1,,-5,,,,"), "reference_price \"-5\" is not a price above zero"),
            ("price of zero", rows("2020-01-02,A,1,,,0.000,,,"), "limit_price \"0.000\" is not a price above zero"),
            (
                "both sizes", rows("2020-01-02,A,0.5,10,,,,,"),
                "target_weight \"0.5\" is given together with target_quantity \"10\"; give exactly one"
            ),
            ("no size", rows("2020-01-02,A,,,,,,,"), "ticker \"A\" has no target size; give exactly one of"),
            (
                "no size column", "as_of,ticker\n2020-01-02,A\n",
                "column \"target_weight\" is missing from the header; give one of"
            ),
            (
                "duplicate", rows("2020-01-02,A,1,,,,,,", "2020-01-02,A,1,,,,,,"),
                "targets.csv:3: ticker \"A\" has a target for the same as_of on line 2"
            ),
            (
                "duplicate of another decision",
                rows("2020-01-02,A,1,,,,,d1,", "2020-01-02,B,1,,,,,d1,", "2020-01-02,A,1,,,,,d2,"),
                "targets.csv:4: ticker \"A\" has a target for the same as_of on line 2"
            ),
            (
                "duplicate by another spelling", rows("2020-01-02,A,1,,,,,,", "2020-01-03T00:00Z,A,1,,,,,,"),
                "has a target for the same as_of"
            ),
            (
                "decision at two times", rows("2020-01-02,A,1,,,,,d1,", "2020-01-03,A,1,,,,,d1,"),
                "decision_id \"d1\" has another as_of on line 2"
            ),
            (
                "decision of two regimes", rows("2020-01-02,A,1,,,,,d1,bull", "2020-01-02,B,1,,,,,d1,bear"),
                "decision_id \"d1\" has regime_id \"bull\" on line 2"
            ),
            ("empty ticker", rows("2020-01-02,,1,,,,,,"), "ticker is empty"),
            ("bad date", rows("2020-02-30,A,1,,,,,,"), "as_of \"2020-02-30\" is a date that does not exist"),
            (
                "bad date again", rows("2020-02-30,A,1,,,,,,", "2020-02-30,B,1,,,,,,"),
                "targets.csv:3: as_of \"2020-02-30\""
            ),
            ("empty date", rows(",A,1,,,,,,"), "as_of is empty"),
            (
                "bad time in force", rows("2020-01-02,A,1,,,,DYA,,"),
                "time_in_force \"DYA\" is not one of DAY, GTC, IOC, FOK, OPG, CLS; did you mean \"DAY\"?"
            ),
            (
                "GTD", rows("2020-01-02,A,1,,,,GTD,,"),
                "time_in_force \"GTD\" needs a date, which a target does not have"
            ),
            (
                "unknown column", "as_of,ticker,target_wieght\n2020-01-02,A,1\n",
                "column \"target_wieght\" is unknown; did you mean \"target_weight\"?"
            ),
            (
                "JSON NaN", "{\"as_of\":\"2020-01-02\",\"ticker\":\"A\",\"target_weight\":NaN}",
                "targets.csv:1: target_weight \"NaN\" is not a number"
            ),
            (
                "JSON 1e400", "{\"as_of\":\"2020-01-02\",\"ticker\":\"A\",\"target_weight\":1e400}",
                "target_weight \"1e400\" is too large"
            ),
            ("no rows", header, "targets.csv: has no rows; give at least one target"),
            ("empty", "", "targets.csv: is empty"),
        ]) { _ = try self.read($0) }
    }

    func testLimitFromConfigurationNeedsLimitPrices() throws {
        let limit = OrderDefaults(type: .limit)
        XCTAssertEqual(
            try read("as_of,ticker,target_weight,limit_price\n2020-01-02,A,1,5\n", defaults: limit).rows.count, 1)
        let found = refusal("no limit price") {
            _ = try read("as_of,ticker,target_weight\n2020-01-02,A,1\n", defaults: limit)
        }
        XCTAssertTrue(found.contains("limit_price is empty; orders.type is LIMIT"), found)
    }
}
