import MarketSimulation
import TradingModel
import XCTest

/// What the broker and the regulators charge.
final class CommissionTests: XCTestCase {
    private func rules(_ commission: CommissionModel, volumeLimit: Double? = nil) -> SimulationRules {
        .plain.with {
            $0.commission = commission
            $0.volumeLimitE9 = volumeLimit.map(e9)
        }
    }

    func testCommission_EachModelOnOneFill() throws {
        let cases: [(CommissionModel, quantity: Double, price: Double, String)] = [
            (.none, 1_000, 10, "0"),
            (.perShare(rateE9: e9(0.005), minimum: dollars(1), maximumFractionE9: nil), 1_000, 10, "5"),
            (.perShare(rateE9: e9(0.005), minimum: dollars(1), maximumFractionE9: nil), 100, 10, "1"),
            (.perShare(rateE9: e9(0.005), minimum: dollars(1), maximumFractionE9: e9(0.01)), 10, 5, "0.5"),
            (.perShare(rateE9: e9(0.001), minimum: .zero, maximumFractionE9: nil), 7, 10, "0.007"),
            (.fraction(e9: e9(0.0002)), 100, 33.33, "0.6666"),
            (.fraction(e9: e9(0.0002)), 1, 0.0125, "0.000003"),
            (.perOrder(dollars(4.95)), 1, 1, "4.95"),
            (.ibkrFixed, 1_000, 10, "5"), (.ibkrFixed, 100, 10, "1"), (.ibkrFixed, 10, 5, "0.5"),
            (.ibkrFixed, 1_000, 0.2, "2"),
            (.ibkrTiered, 1_000, 10, "3.5"), (.ibkrTiered, 50, 10, "0.35"), (.ibkrTiered, 10, 1, "0.1"),
        ]
        for (model, quantity, level, expected) in cases {
            let outcome = try play([flat("01-02", level)], [buy("a", quantity)], rules(model))
            XCTAssertEqual(outcome.commissions, [expected], "\(model) \(quantity) at \(level)")
            XCTAssertEqual(outcome.cash, dollars(1_000_000 - quantity * level) - outcome.fillEvents[0].commission)
        }
    }

    func testCommission_IBKRsOwnExample() throws {
        let outcome = try play([flat("2023-06-01", 5)], [sell("a", 200_000, at: "2023-05-31")], rules(.ibkrFixed))
        XCTAssertEqual(outcome.commissions, ["1015.27"])
    }

    func testCommission_TheMinimumIsPerOrderOverItsPartialFills() throws {
        let bars = (2...6).map { flat("01-0\($0)", 100, volume: 1_000) }
        let outcome = try play(bars, [buy("a", 500)], rules(.ibkrFixed, volumeLimit: 0.1))
        // 100 shares a day: 1.00, 1.00, 1.50, 2.00, 2.50 in all
        XCTAssertEqual(outcome.commissions, ["1", "0", "0.5", "0.5", "0.5"])
    }

    func testCommission_TheMaximumGrowsWithTheValueOfTheOrder() throws {
        let bars = (2...4).map { flat("01-0\($0)", 5, volume: 100) }
        XCTAssertEqual(
            try play(bars, [buy("a", 30)], rules(.ibkrFixed, volumeLimit: 0.1)).commissions, ["0.5", "0.5", "0"])
    }

    func testCommission_ACancelledRestChangesNothing() throws {
        let bars = [flat("01-02", 100, volume: 1_000), flat("01-03", 100, volume: 1_000), flat("01-06", 100)]
        let outcome = try play(bars, [buy("a", 500, cancelAt: "01-03")], rules(.ibkrFixed, volumeLimit: 0.1))
        XCTAssertEqual(outcome.commissions, ["1", "0"])
        XCTAssertEqual(outcome.ends, ["a cancelled cancel_requested volume_limit 01-04"])
    }

    func testCommission_EachFillPaysTheDifferenceOfTheRoundedTotals() throws {
        let bars = (2...4).map { flat("01-0\($0)", 1, volume: 10) }
        let tiny = CommissionModel.perShare(rateE9: 500, minimum: .zero, maximumFractionE9: nil)
        // totals 0.0000005, 0.0000010, 0.0000015, each half up
        XCTAssertEqual(
            try play(bars, [buy("a", 3)], rules(tiny, volumeLimit: 0.1)).commissions, ["0.000001", "0", "0.000001"])
    }

    func testCommission_TheTiersAreMarginalAndStartAnewEachMonth() throws {
        let bars = [flat("01-02", 1), flat("01-03", 1), flat("01-31", 1), flat("02-03", 1)]
        let outcome = try play(
            bars,
            [
                buy("a", 200_000), buy("b", 200_000, at: "01-02"), buy("c", 3_000_000, at: "01-30"),
                buy("d", 100_000, at: "01-31"),
            ], rules(.ibkrTiered), cash: 10_000_000)
        // 200 k at 0.0035; 100 k at 0.0035 and 100 k at 0.002; 2.6 M at 0.002 and 0.4 M at 0.0015; a new month
        XCTAssertEqual(outcome.commissions, ["700", "550", "5800", "350"])
    }

    func testCommission_TheUpperTiers() throws {
        let bars = [flat("01-02", 1, volume: 200_000_000)]
        let outcome = try play(bars, [buy("a", 120_000_000)], rules(.ibkrTiered), cash: 1_000_000_000)
        // 300 k · 0.0035 + 2.7 M · 0.002 + 17 M · 0.0015 + 80 M · 0.001 + 20 M · 0.0005
        XCTAssertEqual(outcome.commissions, ["121950"])
    }

    func testCommission_RegulatoryFeesByTheDateOfTheSell() throws {
        // 1,000 shares at 100: the SEC's fee on 100,000, the TAF on 1,000 shares, IBKR's 5.
        let cases: [(day: String, before: String, fees: Double)] = [
            ("2000-01-03", "2000-01-02", 0),
            ("2020-02-18", "2020-02-17", 2.21 + 0.119), ("2021-02-24", "2021-02-23", 2.21 + 0.119),
            ("2021-02-25", "2021-02-24", 0.51 + 0.119), ("2022-01-03", "2022-01-02", 0.51 + 0.13),
            ("2022-05-13", "2022-05-12", 0.51 + 0.13), ("2022-05-14", "2022-05-13", 2.29 + 0.13),
            ("2023-02-26", "2023-02-25", 2.29 + 0.145), ("2023-02-27", "2023-02-26", 0.8 + 0.145),
            ("2024-01-02", "2024-01-01", 0.8 + 0.166), ("2024-05-22", "2024-05-21", 2.78 + 0.166),
            ("2025-05-13", "2025-05-12", 2.78 + 0.166), ("2025-05-14", "2025-05-13", 0.166),
        ]
        for (day, before, fees) in cases {
            let sale = try play([flat(day, 100)], [sell("a", 1_000, at: before)], rules(.ibkrFixed)).fillEvents[0]
            XCTAssertEqual(sale.commission, dollars(5 + fees), day)
            let purchase = try play([flat(day, 100)], [buy("a", 1_000, at: before)], rules(.ibkrFixed)).fillEvents[0]
            XCTAssertEqual(purchase.commission, dollars(5), day)
        }
    }

    func testCommission_TheTAFIsCappedPerTrade() throws {
        let caps: [(String, String, Double)] = [
            ("2021-06-01", "2021-05-31", 5.95), ("2022-06-01", "2022-05-31", 6.49), ("2023-06-01", "2023-05-31", 7.27),
            ("2024-06-03", "2024-06-02", 8.3),
        ]
        for (day, before, cap) in caps {
            let huge = try play([flat(day, 0.0001)], [sell("a", 1_000_000, at: before)], rules(.ibkrTiered)).fillEvents[
                0]
            let charges = huge.commission.e6 - dollars(1).e6
            XCTAssertEqual(Double(charges) / 1e6, cap, accuracy: 0.003, day)
        }
        // Two fills are two trades.
        let bars = [flat("2023-06-01", 5, volume: 1_000_000), flat("2023-06-02", 5, volume: 1_000_000)]
        let outcome = try play(bars, [sell("a", 200_000, at: "2023-05-31")], rules(.ibkrFixed, volumeLimit: 0.1))
        XCTAssertEqual(outcome.commissions, ["511.27", "511.27"])
    }

    func testCommission_AFeeBeforeItsTableIsNothing() {
        XCTAssertEqual(RegulatoryFees.firstDate, date("2003-09-01"))
    }

    func testCommission_ASaleTooLargeForMoneyIsAnErrorNotACrash() {
        XCTAssertThrowsError(
            try play([flat("2024-06-03", 1e9, volume: 9e9)], [sell("a", 1e9, at: "2024-06-02")], rules(.ibkrFixed))
        ) { XCTAssert($0 is ArithmeticOverflow) }
    }
}
