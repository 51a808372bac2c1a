import TradingModel
import XCTest

@testable import InputFiles

final class ReferenceFileTests: XCTestCase {
    func testInstruments() throws {
        let text = "ticker,lot_size,tick_size,minimum_notional,borrow_rate\nA,100,0.01,500,0.03\nB,,,,\n"
        let rows = try InstrumentFile.read(.text(text))
        XCTAssertEqual(
            rows[0],
            InstrumentRow(
                line: 2, ticker: "A", lotSize: Quantity(units: 100), tickSize: Price(e8: 1_000_000),
                minimumNotional: Money(e6: 500_000_000), borrowRateE9: 30_000_000))
        XCTAssertEqual(rows[1], InstrumentRow(line: 3, ticker: "B"))
        XCTAssertEqual(try InstrumentFile.read(.text("ticker\nA\n")).count, 1)
        XCTAssertEqual(
            try InstrumentFile.read(.text("{\"ticker\":\"A\",\"lot_size\":0.5}")).first?.lotSize,
            Quantity(e8: 50_000_000))
        XCTAssertEqual(try InstrumentFile.read(.text("ticker\n")).count, 0)
    }

    func testRefusedInstruments() {
        assertRefused([
            ("twice", "ticker\nA\nA\n", "file.csv:3: ticker \"A\" is there twice (first on line 2)"),
            ("lot of zero", "ticker,lot_size\nA,0\n", "lot_size \"0\" is not a quantity above zero"),
            ("negative tick", "ticker,tick_size\nA,-0.01\n", "tick_size \"-0.01\" is not a price above zero"),
            ("negative minimum", "ticker,minimum_notional\nA,-1\n", "minimum_notional \"-1\" is negative"),
            ("negative rate", "ticker,borrow_rate\nA,-0.1\n", "borrow_rate \"-0.1\" is negative"),
            ("rate in percent", "ticker,borrow_rate\nA,30\n", "0.03 is 3 % a year"),
            ("unknown column", "ticker,lotsize\nA,1\n", "did you mean \"lot_size\"?"),
        ]) { _ = try InstrumentFile.read(.text($0)) }
    }

    func testPositions() throws {
        let expected = [
            PositionRow(ticker: "A", quantity: Quantity(units: -100)),
            PositionRow(ticker: "B", quantity: Quantity(e8: 50_000_000)),
            PositionRow(ticker: "C", quantity: .zero),
        ]
        XCTAssertEqual(try PositionFile.read(.text("ticker,quantity\nA,-100\nB,0.5\nC,0\n")), expected)
        XCTAssertEqual(try PositionFile.read(.text("size,symbol\n-100,A\n5e-1,B\n0,C\n")), expected)
    }

    func testRefusedPositions() {
        assertRefused([
            ("twice", "ticker,quantity\nA,1\nA,1\n", "file.csv:3: ticker \"A\" is there twice (first on line 2)"),
            ("no quantity", "ticker,quantity\nA,\n", "quantity is empty; give a number of shares"),
            ("a text", "ticker,quantity\nA,many\n", "quantity \"many\" is not a number"),
            ("no column", "ticker\nA\n", "quantity"), ("no rows", "ticker,quantity\n", "has no rows"),
        ]) { _ = try PositionFile.read(.text($0)) }
    }

    func testCorporateActions() throws {
        let text =
            "ticker,ex_date,kind,value\nAAPL,2005-02-28,split,2\nIBM,2005-05-06,Dividend,0.20\nX,2010-01-04,split,0.1\n"
        let rows = try CorporateActionFile.read(.text(text))
        XCTAssertEqual(
            rows.map(\.kind),
            [.split(ratioE9: 2_000_000_000), .dividend(perShare: Price(e8: 20_000_000)), .split(ratioE9: 100_000_000)])
        XCTAssertEqual(rows[0].exDate.description, "2005-02-28")
        XCTAssertEqual(try CorporateActionFile.read(.text("ticker,ex_date,kind,value\n")).count, 0)
    }

    func testRefusedCorporateActions() {
        func row(_ row: String) -> String { "ticker,ex_date,kind,value\n\(row)\n" }
        assertRefused([
            (
                "unknown kind", row("A,2020-01-02,spilt,2"),
                "kind \"spilt\" is not one of split, dividend; did you mean \"split\"?"
            ),
            ("ratio of zero", row("A,2020-01-02,split,0"), "value \"0\" is not a ratio above zero"),
            ("ratio as text", row("A,2020-01-02,split,2:1"), "value \"2:1\" is not a number"),
            ("negative dividend", row("A,2020-01-02,dividend,-1"), "value \"-1\" is not a price above zero"),
            ("no value", row("A,2020-01-02,split,"), "value is empty"),
            ("time of day", row("A,2020-01-02T10:00Z,split,2"), "ex_date \"2020-01-02T10:00Z\" has a time of day"),
            ("bad date", row("A,2020-02-31,split,2"), "is a date that does not exist"),
            (
                "twice", row("A,2020-01-02,split,2\nA,2020-01-02,split,3"),
                "is there twice for A on 2020-01-02 (first on line 2)"
            ),
        ]) { _ = try CorporateActionFile.read(.text($0)) }
    }
}
