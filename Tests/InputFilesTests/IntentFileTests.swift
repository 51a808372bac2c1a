import TradingModel
import XCTest

@testable import InputFiles

final class IntentFileTests: XCTestCase {
    private static let fields = [
        "intent_id", "decided_at", "ticker", "side", "quantity", "notional", "account", "order_type", "limit_price",
        "stop_price", "time_in_force", "confidence", "expires_at", "strategy_id", "decision_id",
        "algorithm", "algorithm_parameters",
    ]

    /// Rows as `id decided_at ticker side` and then `field=value`.
    private func file(_ rows: [String]) -> String {
        let lines = rows.map { row in
            var values = [String](repeating: "", count: Self.fields.count)
            for (place, word) in row.split(separator: " ").map(String.init).enumerated() {
                if place < 4 {
                    values[place] = word == "_" ? "" : word
                } else if let equals = word.firstIndex(of: "="),
                    let field = Self.fields.firstIndex(of: String(word[..<equals]))
                {
                    values[field] = String(word[word.index(after: equals)...])
                } else {
                    XCTFail("no field: \(word)")
                }
            }
            return values.joined(separator: ",")
        }
        return ([Self.fields.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
    }

    private func read(_ rows: String..., defaults: OrderDefaults = .init()) throws -> IntentSheet {
        try IntentFile.read(.text(file(rows), name: "intents.csv"), defaults: defaults)
    }

    private func intent(_ row: String, defaults: OrderDefaults = .init()) throws -> OrderIntent {
        try XCTUnwrap(try read(row, defaults: defaults).rows.first).intent
    }

    func testAnIntentIsWhatItsRowSays() throws {
        let sheet = try read(
            "i1 2012-05-30 AAPL BUY quantity=10 order_type=stop-limit stop_price=101 limit_price=102.5 time_in_force=GTC confidence=0.75 expires_at=2012-06-01T12:00:00Z strategy_id=mom account=DU1 decision_id=d",
            "i2 2012-05-30 AAPL s notional=2500.5 strategy_id=mom decision_id=d",
            "i3 2012-05-30 IBM HOLD strategy_id=val")
        let price = Price(e8: 10_100_000_000)
        let decidedAt = try XCTUnwrap(sheet.rows.first).decidedAt
        XCTAssertEqual(decidedAt.instant.description, "2012-05-31T00:00:00.000Z")
        XCTAssertEqual(
            sheet.rows[0].intent,
            OrderIntent(
                intentID: "i1", ticker: "AAPL", side: .buy, size: .quantity(Quantity(units: 10)),
                type: .stopLimit(stop: price, limit: Price(e8: 10_250_000_000)), timeInForce: .goodTilCancelled,
                confidenceE9: 750_000_000, expiresAt: sheet.rows[0].expiresAt?.instant, decidedAt: decidedAt.instant,
                strategyID: "mom", decisionID: "d"))
        XCTAssertEqual(sheet.rows[0].expiresAt?.instant.description, "2012-06-01T12:00:00.000Z")
        XCTAssertEqual(sheet.rows[1].intent.size, .notional(Money(e6: 2_500_500_000)))
        XCTAssertEqual(sheet.rows[1].intent.side, .sell)
        XCTAssertEqual(sheet.rows[1].intent.type, .market)
        XCTAssertEqual(sheet.rows[1].intent.timeInForce, .day)
        XCTAssertEqual(sheet.rows.map(\.account), ["DU1", nil, nil])
        XCTAssertEqual(sheet.rows.map(\.tickerIndex), [0, 0, 1])
        // One decision for each strategy and time.
        XCTAssertEqual(sheet.rows.map(\.decisionIndex), [0, 0, 1])
        XCTAssertEqual(sheet.rows.map(\.line), [2, 3, 4])
    }

    func testWhatHoldsNeedsNoTerms() throws {
        let bare = try intent("i 2012-05-30 AAPL HOLD")
        XCTAssertNil(bare.side)
        XCTAssertNil(bare.size)
        XCTAssertNil(bare.type)
        XCTAssertNil(bare.timeInForce)
        let full = try intent(
            "i 2012-05-30 AAPL hold quantity=0 notional=0.0 order_type=LIMIT limit_price=5 time_in_force=GTC")
        XCTAssertNil(full.size)
        XCTAssertEqual(full.type, .limit(Price(e8: 500_000_000)))
        XCTAssertEqual(full.timeInForce, .goodTilCancelled)
    }

    func testTypes() throws {
        let price = Price(e8: 10_000_000_000)
        let cases: [(String, OrderType)] = [
            ("", .market), ("order_type=market", .market), ("order_type=LIMIT limit_price=100", .limit(price)),
            ("order_type=STOP stop_price=100", .stop(price)),
            ("order_type=STOP_LIMIT stop_price=100 limit_price=100", .stopLimit(stop: price, limit: price)),
        ]
        for (terms, expected) in cases {
            XCTAssertEqual(try intent("i 2012-05-30 AAPL BUY quantity=1 \(terms)").type, expected, terms)
        }
        let limits = OrderDefaults(type: .limit, timeInForce: .goodTilCancelled)
        let blank = try intent("i 2012-05-30 AAPL BUY quantity=1 limit_price=100", defaults: limits)
        XCTAssertEqual(blank.type, .limit(price))
        XCTAssertEqual(blank.timeInForce, .goodTilCancelled)
    }

    func testAlgorithms() throws {
        let twap = try AlgorithmTerms(name: "twap", parameters: "duration=1h slices=4")
        func iceberg(_ display: Int) throws -> AlgorithmTerms {
            try AlgorithmTerms(name: "iceberg", parameters: "display=\(display)")
        }
        let byDefault = OrderDefaults(timeInForce: .day, algorithm: twap)
        let trade = "i 2012-05-30 AAPL BUY quantity=10"
        let cases: [(row: String, expected: AlgorithmTerms?, expectedByDefault: AlgorithmTerms?)] = [
            (trade, nil, twap), ("\(trade) algorithm=none", nil, nil),
            ("\(trade) algorithm=TWAP algorithm_parameters=duration=60m;slices=4", twap, twap),
            ("\(trade) algorithm=iceberg algorithm_parameters=display=2", try iceberg(2), nil),
            // Nothing is traded, so the configuration's word does not count.
            ("i 2012-05-30 AAPL HOLD", nil, nil),
            ("i 2012-05-30 AAPL HOLD algorithm=twap algorithm_parameters=duration=1h;slices=4", twap, twap),
        ]
        for (row, expected, expectedByDefault) in cases {
            XCTAssertEqual(try intent(row).algorithm, expected, row)
            XCTAssertEqual(
                try intent(row, defaults: byDefault).algorithm, row.contains("iceberg") ? expected : expectedByDefault,
                row)
        }
        let refusals = [
            ("\(trade) order_type=STOP stop_price=5 algorithm=twap algorithm_parameters=duration=1h;slices=4", "STOP"),
            ("\(trade) time_in_force=IOC algorithm=iceberg algorithm_parameters=display=2", "time_in_force IOC"),
            ("\(trade) algorithm=twop", "did you mean \"twap\"?"),
            ("\(trade) algorithm_parameters=display=2", "is given without an algorithm"),
            ("\(trade) algorithm=twap algorithm_parameters=slices=4", "duration"),
        ]
        for (row, message) in refusals {
            let found = refusal(row) { _ = try read(row) }
            XCTAssertTrue(found.contains(message), found)
        }
        let twice = refusal("another algorithm") {
            _ = try read(trade, "\(trade) algorithm=iceberg algorithm_parameters=display=2")
        }
        XCTAssertTrue(twice.contains("has algorithm \"iceberg\" here and \"\" on line 2"), twice)
    }

    func testJSONLines() throws {
        let text = """
            {"intent_id":"a","as_of":"2012-05-30","symbol":"AAPL","action":"buy","qty":5,"confidence":1}
            {"id":"b","decided_at":"2012-05-30","ticker":"AAPL","side":"HOLD","quantity":0,"expires_at":null}
            """
        let rows = try IntentFile.read(.text(text, name: "intents.ndjson")).rows
        XCTAssertEqual(rows.map(\.intent.intentID), ["a", "b"])
        XCTAssertEqual(rows.map(\.intent.confidenceE9), [1_000_000_000, nil])
    }

    // MARK: - Repetitions

    func testWhatIsSaidAgainIsLeftOut() throws {
        let row = "i1 2012-05-30 AAPL BUY quantity=10 confidence=0.5"
        let sheet = try read(
            row, "i2 2012-05-30 AAPL SELL quantity=1",
            "i1 2012-05-30 AAPL B quantity=10.00 confidence=5e-1 account=DU1",
            row)
        XCTAssertEqual(sheet.rows.map(\.intent.intentID), ["i1", "i2"])
        XCTAssertEqual(
            sheet.repetitions,
            [.init(line: 4, intentID: "i1", firstLine: 2), .init(line: 5, intentID: "i1", firstLine: 2)])
    }

    func testAnIdStandsForOneIntent() {
        let first = "i 2012-05-30 AAPL BUY quantity=10 account=DU1 confidence=0.5"
        let others: [(difference: String, row: String)] = [
            ("side \"SELL\" here and \"BUY\" on line 2", "i 2012-05-30 AAPL SELL quantity=10 confidence=0.5"),
            ("ticker \"IBM\" here and \"AAPL\" on line 2", "i 2012-05-30 IBM BUY quantity=10 confidence=0.5"),
            ("quantity \"11\" here and \"10\" on line 2", "i 2012-05-30 AAPL BUY quantity=11 confidence=0.5"),
            ("quantity \"\" here and \"10\" on line 2", "i 2012-05-30 AAPL BUY notional=10 confidence=0.5"),
            (
                "order_type \"STOP\" here and \"MARKET\"",
                "i 2012-05-30 AAPL BUY quantity=10 order_type=STOP stop_price=1"
            ),
            ("time_in_force \"GTC\" here and \"DAY\"", "i 2012-05-30 AAPL BUY quantity=10 time_in_force=GTC"),
            ("confidence \"0.6\" here and \"0.5\"", "i 2012-05-30 AAPL BUY quantity=10 confidence=0.6"),
            ("expires_at \"2012-06-02T00:00:00.000Z\" here", "\(first) expires_at=2012-06-01"),
            ("decided_at \"2012-06-01T00:00:00.000Z\" here", "i 2012-05-31 AAPL BUY quantity=10 confidence=0.5"),
            ("strategy_id \"mom\" here and \"\" on line 2", "\(first) strategy_id=mom"),
            ("decision_id \"d\" here and \"\" on line 2", "\(first) decision_id=d"),
            ("account \"DU2\" here and \"DU1\"", "i 2012-05-30 AAPL BUY quantity=10 confidence=0.5 account=DU2"),
        ]
        for (difference, row) in others {
            let found = refusal(difference) { _ = try read(first, row) }
            XCTAssertTrue(found.hasPrefix("intents.csv:3: intent_id \"i\" has \(difference)"), found)
            XCTAssertTrue(found.contains("(duplicate_intent)"), found)
        }
    }

    // MARK: - Mistakes

    func testMistakes() {
        let good = "i 2012-05-30 AAPL BUY"
        let cases: [(rule: String, text: String, message: String)] = [
            ("no id", "_ 2012-05-30 AAPL BUY quantity=1", "intents.csv:2: intent_id is empty"),
            ("an id too long", "\(String(repeating: "x", count: 129)) 2012-05-30 AAPL BUY quantity=1", "more than 128"),
            ("no time", "i _ AAPL BUY quantity=1", "decided_at is empty"),
            ("no ticker", "i 2012-05-30 _ BUY quantity=1", "ticker is empty"),
            ("no side", "i 2012-05-30 AAPL _ quantity=1", "side is empty; give BUY, SELL or HOLD"),
            ("a side that is none", "i 2012-05-30 AAPL BYU quantity=1", "side \"BYU\" is not one of BUY, SELL, HOLD"),
            ("no size", good, "quantity is empty; give exactly one of quantity, notional"),
            ("both sizes", "\(good) quantity=1 notional=2", "quantity \"1\" is given together with notional"),
            ("a quantity of nothing", "\(good) quantity=0", "is not a quantity above zero"),
            ("a negative notional", "\(good) notional=-5", "is not an amount above zero"),
            ("a notional that is no number", "\(good) notional=NaN", "notional \"NaN\" is not a number"),
            ("a size that holds", "i 2012-05-30 AAPL HOLD quantity=5", "quantity \"5\" is given with HOLD"),
            ("a notional that holds", "i 2012-05-30 AAPL HOLD notional=5", "notional \"5\" is given with HOLD"),
            ("confidence in percent", "\(good) quantity=1 confidence=75", "confidence \"75\" is not between 0 and 1"),
            ("negative confidence", "\(good) quantity=1 confidence=-0.1", "is not between 0 and 1"),
            ("a limit without a price", "\(good) quantity=1 order_type=LIMIT", "limit_price is empty"),
            (
                "a price that is not of the type", "\(good) quantity=1 limit_price=5",
                "does not belong to an order of type MARKET"
            ),
            (
                "a stop's limit", "\(good) quantity=1 order_type=STOP stop_price=5 limit_price=5",
                "limit_price \"5\" does not belong"
            ),
            (
                "a trail", "\(good) quantity=1 order_type=TRAILING_STOP",
                "order_type \"TRAILING_STOP\" is not one of MARKET"
            ),
            ("GTD", "\(good) quantity=1 time_in_force=GTD", "give GTC, and the time as expires_at"),
            (
                "a stop at once", "\(good) quantity=1 order_type=STOP stop_price=5 time_in_force=IOC",
                "is not possible for an order of type STOP"
            ),
            ("an expiry that is no time", "\(good) quantity=1 expires_at=soon", "expires_at \"soon\""),
        ]
        for (rule, row, message) in cases {
            let found = refusal(rule) { _ = try read(row) }
            XCTAssertTrue(found.contains(message), "\(rule): \(found)")
        }
        XCTAssertTrue(
            refusal("no rows") { _ = try IntentFile.read(.text(file([]))) }.contains("give at least one intent"))
        XCTAssertTrue(
            refusal("no id column") {
                _ = try IntentFile.read(.text("decided_at,ticker,side,quantity\n2012-05-30,A,BUY,1\n"))
            }.contains("intent_id"))
    }

    /// Everything that is wrong with a file is said at once.
    func testAllMistakesAreNamed() {
        let found = refusal("three") {
            _ = try read(
                "i 2012-05-30 AAPL BUY", "j 2012-05-30 AAPL SELL quantity=1 confidence=2", "_ 2012-05-30 AAPL HOLD")
        }
        for line in ["intents.csv:2:", "intents.csv:3:", "intents.csv:4:"] {
            XCTAssertTrue(found.contains(line), found)
        }
    }
}
