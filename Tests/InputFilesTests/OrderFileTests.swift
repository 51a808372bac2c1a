import TradingModel
import XCTest

@testable import InputFiles

final class OrderFileTests: XCTestCase {
    private static let fields = [
        "as_of", "ticker", "side", "quantity", "order_ref", "order_type", "limit_price", "stop_price", "trail_amount",
        "trail_percent", "limit_offset", "time_in_force", "good_till", "parent_ref", "oca_group", "cancel_at",
        "follows_level",
        "decision_id",
    ]

    /// Rows as `as_of ticker side quantity` and then `field=value`.
    private func file(_ rows: [String]) -> String {
        let lines = rows.map { row in
            var values = [String](repeating: "", count: OrderFileTests.fields.count)
            for (place, word) in row.split(separator: " ").map(String.init).enumerated() {
                if place < 4 {
                    values[place] = word
                } else if let equals = word.firstIndex(of: "="),
                    let field = OrderFileTests.fields.firstIndex(of: String(word[..<equals]))
                {
                    values[field] = String(word[word.index(after: equals)...])
                } else {
                    XCTFail("no field: \(word)")
                }
            }
            return values.joined(separator: ",")
        }
        return ([OrderFileTests.fields.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
    }

    private func read(_ rows: String..., defaults: OrderDefaults = .init()) throws -> OrderSheet {
        try OrderFile.read(.text(file(rows), name: "orders.csv"), defaults: defaults)
    }

    func testTypes() throws {
        let price = Price(e8: 10_000_000_000)
        let cases: [(String, OrderType)] = [
            ("", .market), ("order_type=MARKET", .market), ("order_type=market", .market),
            ("order_type=LIMIT limit_price=100", .limit(price)), ("order_type=STOP stop_price=100", .stop(price)),
            (
                "order_type=stop-limit stop_price=100 limit_price=99.5",
                .stopLimit(stop: price, limit: Price(e8: 9_950_000_000))
            ),
            (
                "order_type=TRAILING_STOP trail_amount=2.5",
                .trailingStop(.amount(Price(e8: 250_000_000)), initialStop: nil)
            ),
            ("order_type=TRAILING_STOP trail_percent=5", .trailingStop(.fraction(e9: 50_000_000), initialStop: nil)),
            (
                "order_type=TRAILING_STOP trail_percent=0.25 stop_price=100",
                .trailingStop(.fraction(e9: 2_500_000), initialStop: price)
            ),
            (
                "order_type=TRAILING_STOP_LIMIT trail_amount=2.5 limit_offset=0",
                .trailingStopLimit(.amount(Price(e8: 250_000_000)), initialStop: nil, limitOffset: Price(e8: 0))
            ),
        ]
        for (terms, expected) in cases {
            XCTAssertEqual(try read("2020-01-02 A BUY 10 \(terms)").rows.map(\.type), [expected], terms)
        }
    }

    func testBlankFieldsAreTheConfigurations() throws {
        let defaults = OrderDefaults(type: .limit, timeInForce: .goodTilCancelled)
        let row = try read("2020-01-02 A B 10 limit_price=5", defaults: defaults).rows[0]
        XCTAssertEqual(row.type, .limit(Price(e8: 500_000_000)))
        XCTAssertEqual(row.timeInForce, .goodTilCancelled)
        XCTAssertEqual(row.side, .buy)
    }

    func testTimes() throws {
        let rows = try read(
            "2020-01-02 A BUY 10 time_in_force=GTD good_till=2020-01-03 cancel_at=2020-01-04",
            "2020-01-02T10:00Z A sell 0.5 time_in_force=GTD good_till=2020-01-02T11:00Z cancel_at=2020-01-02T10:30Z"
        ).rows
        let ms: Int64 = 1_578_009_600_000
        XCTAssertEqual(rows[0].asOf, DecisionTime(instant: Timestamp(ms: ms), isDate: true))
        XCTAssertEqual(rows[0].timeInForce, .goodTilDate(Timestamp(ms: ms + 86_400_000)))
        XCTAssertEqual(rows[0].cancelAt, DecisionTime(instant: Timestamp(ms: ms + 2 * 86_400_000), isDate: true))
        XCTAssertEqual(rows[1].timeInForce, .goodTilDate(Timestamp(ms: ms - 13 * 3_600_000)))
        XCTAssertEqual(rows[1].cancelAt?.isDate, false)
        XCTAssertEqual(rows[1].quantity, Quantity(e8: 50_000_000))
    }

    /// Rules 9 and 10: brackets and groups, named or not, in any order of rows.
    func testRules9And10Brackets() throws {
        let sheet = try read(
            "2020-01-02 A SELL 10 parent_ref=e order_type=LIMIT limit_price=12 time_in_force=GTC",
            "2020-01-02 A BUY 10 order_ref=e",
            "2020-01-02 A SELL 10 parent_ref=e order_type=STOP stop_price=8 time_in_force=DAY",
            "2020-01-02 B BUY 5 oca_group=g order_type=LIMIT limit_price=8",
            "2020-01-02 B SELL 5 oca_group=g order_type=LIMIT limit_price=12",
            "2020-01-02 B BUY 7 order_ref=f",
            "2020-01-02 B SELL 7 parent_ref=f oca_group=h order_type=STOP stop_price=8")
        XCTAssertEqual(sheet.rows.map(\.parentRow), [1, nil, 1, nil, nil, nil, 5])
        XCTAssertEqual(sheet.rows.map(\.ocaGroup), [0, nil, 0, 1, 1, nil, 2])
        XCTAssertEqual(sheet.ocaGroups, [nil, "g", "h"])
        XCTAssertEqual(sheet.rows.map(\.queueRow), [1, 2, 3, 4, 5, 6, 7])
    }

    func testRefusedTerms() {
        let day = "2020-01-02 A BUY 10"
        assertRefused([
            ("quantity of zero", "2020-01-02 A BUY 0", "quantity \"0\" is not a quantity above zero"),
            ("negative quantity", "2020-01-02 A BUY -5", "quantity \"-5\" is not a quantity above zero"),
            ("NaN", "2020-01-02 A BUY NaN", "quantity \"NaN\" is not a number"),
            (
                "unknown side", "2020-01-02 A BUUY 10",
                "side \"BUUY\" is not one of BUY, SELL, B, S; did you mean \"BUY\"?"
            ),
            ("bad date", "2020-13-02 A BUY 10", "as_of \"2020-13-02\" is a date that does not exist"),
            ("unknown type", "\(day) order_type=LIMITT", "order_type \"LIMITT\" is not one of MARKET, LIMIT, STOP"),
            ("limit without price", "\(day) order_type=LIMIT", "limit_price is empty; an order of type LIMIT needs it"),
            (
                "limit with stop", "\(day) order_type=LIMIT limit_price=1 stop_price=2",
                "stop_price \"2\" does not belong to an order of type LIMIT; leave it empty, or use STOP, STOP_LIMIT"
            ),
            (
                "market with limit", "\(day) order_type=MARKET limit_price=1",
                "limit_price \"1\" does not belong to an order of type MARKET"
            ),
            (
                "blank type with limit", "\(day) limit_price=1",
                "MARKET, the configuration's type for a blank order_type"
            ),
            ("stop without price", "\(day) order_type=STOP", "stop_price is empty"),
            ("stop-limit without limit", "\(day) order_type=STOP_LIMIT stop_price=1", "limit_price is empty"),
            ("negative price", "\(day) order_type=STOP stop_price=-1", "stop_price \"-1\" is not a price above zero"),
            (
                "trail twice", "\(day) order_type=TRAILING_STOP trail_amount=1 trail_percent=5",
                "trail_amount \"1\" is given together with trail_percent"
            ),
            ("no trail", "\(day) order_type=TRAILING_STOP", "order_type \"TRAILING_STOP\" has no trail"),
            (
                "trail of 100 %", "\(day) order_type=TRAILING_STOP trail_percent=100",
                "is not between 0 and 100; 5 means 5 %"
            ),
            (
                "trail of zero", "\(day) order_type=TRAILING_STOP trail_amount=0",
                "trail_amount \"0\" is not a price above zero"
            ),
            ("no offset", "\(day) order_type=TRAILING_STOP_LIMIT trail_amount=1", "limit_offset is empty"),
            (
                "negative offset", "\(day) order_type=TRAILING_STOP_LIMIT trail_amount=1 limit_offset=-1",
                "limit_offset \"-1\" is negative"
            ),
            (
                "offset without its type", "\(day) order_type=TRAILING_STOP trail_amount=1 limit_offset=1",
                "limit_offset \"1\" does not belong"
            ),
            (
                "unknown time in force", "\(day) time_in_force=GTX",
                "time_in_force \"GTX\" is not one of DAY, GTC, IOC, FOK, OPG, CLS, GTD; did you mean \"GTC\"?"
            ),
            (
                "GTD without date", "\(day) time_in_force=GTD",
                "good_till is empty; time_in_force GTD needs a date or a time"
            ),
            (
                "date without GTD", "\(day) time_in_force=GTC good_till=2020-01-05",
                "good_till \"2020-01-05\" is given with time_in_force GTC"
            ),
            (
                "date with a blank", "\(day) good_till=2020-01-05",
                "is given with time_in_force DAY (the configuration's)"
            ),
            (
                "rule 12, IOC stop", "\(day) order_type=STOP stop_price=1 time_in_force=IOC",
                "time_in_force \"IOC\" is not possible for an order of type STOP"
            ),
            (
                "rule 12, FOK stop-limit", "\(day) order_type=STOP_LIMIT stop_price=1 limit_price=1 time_in_force=FOK",
                "\"FOK\" is not possible for an order of type STOP_LIMIT"
            ),
            (
                "rule 12, OPG trail", "\(day) order_type=TRAILING_STOP trail_amount=1 time_in_force=OPG",
                "\"OPG\" is not possible"
            ),
            (
                "rule 12, CLS trail",
                "\(day) order_type=TRAILING_STOP_LIMIT trail_amount=1 limit_offset=1 time_in_force=CLS",
                "\"CLS\" is not possible"
            ),
            (
                "rule 13, expiry", "\(day) time_in_force=GTD good_till=2020-01-02",
                "good_till \"2020-01-02\" is not after as_of (a date means its end, for both)"
            ),
            (
                "a stop has its own level", "\(day) order_type=STOP stop_price=9 follows_level=true",
                "follows_level \"true\" cannot be true for an order of type STOP"
            ),
            (
                "an exit has its own level", "\(day) parent_ref=P follows_level=true",
                "follows_level \"true\" cannot be true for the exit of a bracket"
            ),
            (
                "a word is a word", "\(day) follows_level=perhaps",
                "follows_level \"perhaps\" is not one of true, false"
            ),
            (
                "rule 13, cancel", "\(day) cancel_at=2020-01-02T12:00Z",
                "cancel_at \"2020-01-02T12:00Z\" is not after as_of"
            ),
        ]) { _ = try self.read($0) }
        let configured = OrderDefaults(timeInForce: .immediateOrCancel)
        let found = refusal("rule 12, by the configuration") {
            _ = try read("\(day) order_type=STOP stop_price=1", defaults: configured)
        }
        XCTAssertTrue(found.contains("\"IOC from the configuration\" is not possible"), found)
    }

    func testRefusedRelations() {
        let parent = "2020-01-02 A BUY 10 order_ref=e"
        let exit = "parent_ref=e order_type=LIMIT limit_price=12"
        assertRefused([
            (
                "same reference twice", "\(parent);\(parent)",
                "orders.csv:3: order_ref \"e\" names another order on line 2 too"
            ),
            (
                "unknown parent",
                "2020-01-02 A BUY 10 order_ref=entry1;2020-01-02 A SELL 10 parent_ref=entry2 order_type=LIMIT limit_price=12",
                "parent_ref \"entry2\" names no order_ref of this file; did you mean \"entry1\"?"
            ),
            ("its own parent", "2020-01-02 A BUY 10 order_ref=e \(exit)", "names the order itself"),
            (
                "rule 10, ticker", "\(parent);2020-01-02 B SELL 10 \(exit)",
                "orders.csv:3: ticker \"B\" is not its parent's on line 2; give A"
            ),
            ("rule 10, as_of", "\(parent);2020-01-03 A SELL 10 \(exit)", "as_of is not its parent's on line 2"),
            (
                "rule 10, as_of by another spelling", "\(parent);2020-01-03T00:00Z A SELL 10 \(exit)",
                "as_of is not its parent's"
            ),
            (
                "rule 10, quantity", "\(parent);2020-01-02 A SELL 9 \(exit)",
                "quantity \"9\" is not its parent's on line 2; give 10"
            ),
            (
                "rule 10, side", "\(parent);2020-01-02 A BUY 10 \(exit)",
                "side \"BUY\" is its parent's on line 2 too; a child closes: give SELL"
            ),
            (
                "rule 10, type", "\(parent);2020-01-02 A SELL 10 parent_ref=e",
                "order_type \"MARKET\" is not possible for a child"
            ),
            (
                "rule 10, time in force", "\(parent);2020-01-02 A SELL 10 \(exit) time_in_force=FOK",
                "time_in_force \"FOK\" is not possible for a child"
            ),
            (
                "rule 10, grandchild",
                "\(parent);2020-01-02 A SELL 10 \(exit) order_ref=c;2020-01-02 A BUY 10 parent_ref=c order_type=LIMIT limit_price=1",
                "orders.csv:4: parent_ref \"c\" names an order that is a child itself"
            ),
            (
                "rule 10, two groups",
                "\(parent);2020-01-02 A SELL 10 \(exit) oca_group=g;2020-01-02 A SELL 10 \(exit) oca_group=h",
                "orders.csv:4: oca_group \"h\" is not that of the parent's other child on line 3; give \"g\""
            ),
            (
                "rule 10, one without a group",
                "\(parent);2020-01-02 A SELL 10 \(exit);2020-01-02 A SELL 10 \(exit) oca_group=h",
                "leave it empty for all children"
            ),
            (
                "a group of two brackets",
                "\(parent);2020-01-02 A BUY 10 order_ref=f;2020-01-02 A SELL 10 \(exit) oca_group=g;2020-01-02 A SELL 10 parent_ref=f order_type=LIMIT limit_price=1 oca_group=g",
                "joins orders of different brackets (line 4)"
            ),
            (
                "a group of a child and a stranger",
                "\(parent);2020-01-02 A SELL 10 \(exit) oca_group=g;2020-01-02 A SELL 10 oca_group=g",
                "joins orders of different brackets"
            ),
            (
                "rule 9, tickers", "2020-01-02 A BUY 1 oca_group=g;2020-01-02 B BUY 1 oca_group=g",
                "orders.csv:3: oca_group \"g\" joins two tickers, A and B (line 2); a group has one ticker"
            ),
            (
                "rule 9, quantities", "2020-01-02 A BUY 1 oca_group=g;2020-01-02 A BUY 2 oca_group=g",
                "joins two quantities, 1 and 2 (line 2)"
            ),
            (
                "one decision, two times", "2020-01-02 A BUY 1 decision_id=d;2020-01-03 A BUY 1 decision_id=d",
                "decision_id \"d\" has another as_of on line 2"
            ),
        ]) { text in
            _ = try OrderFile.read(.text(self.file(text.split(separator: ";").map(String.init)), name: "orders.csv"))
        }
    }
}
