import Foundation
import InputFiles
import RiskControl
import TradingModel
import XCTest

@testable import ExecutionService

/// The sections `risk` and `capital`.
final class RiskConfigurationTests: XCTestCase {
    private func read(_ text: String) throws -> Configuration {
        try Configuration.read(InputFile(name: "execution.json", bytes: Array(text.utf8)))
    }

    private func assertRefused(_ text: String, _ messages: [String], line: UInt = #line) {
        XCTAssertThrowsError(try read(text), line: line) { error in
            for message in messages { XCTAssertTrue("\(error)".contains(message), "\(error)", line: line) }
        }
    }

    func testNothingIsLimitedUnlessTheFileSaysSo() throws {
        XCTAssertEqual(try read("{}").risk, RiskLimits())
        XCTAssertEqual(try read("{ risk: { max_open_orders: null, symbols: {} } }").risk, RiskLimits())
        XCTAssertEqual(try read("{ capital: { floor: 0.1 } }").risk.maxOpenOrders, nil)
        for section in ["{}", "{ max_drawdown: null }"] {
            XCTAssertEqual(try read("{ risk: \(section) }").risk.maxOpenOrders, 100, "prudence that nobody asked for")
        }
        XCTAssertFalse(try read("{}").canonicalJSON().contains("risk"), "runs without limits are the runs of before")
    }

    /// Every key once, by the value that it is read to.
    func testEveryKeyReachesItsLimit() throws {
        let risk = try read(Self.everything).risk
        XCTAssertEqual(risk.maxDrawdown, Share(e9: 200_000_000))
        XCTAssertEqual(risk.maxDailyLoss, Share(e9: 30_000_000))
        XCTAssertEqual(risk.maxGrossLeverage, Share(e9: 1_500_000_000))
        XCTAssertEqual(risk.maxNetLeverage, Share(e9: 1_000_000_000))
        XCTAssertEqual(risk.allowShort, false)
        XCTAssertEqual(risk.buyingPower, BuyingPowerLimit(maxShare: Share(e9: 900_000_000), includesProceeds: true))
        XCTAssertEqual(
            risk.position,
            PositionLimits(
                maxQuantity: Quantity(units: 1_000), maxNotional: Money(e6: 50_000_000_000),
                maxShare: Share(e9: 100_000_000)))
        XCTAssertEqual(risk.maxOrderQuantity, Quantity(e8: 50_050_000_000))
        XCTAssertEqual(risk.maxOrderNotional, Money(e6: 25_000_000_000))
        XCTAssertEqual(risk.maxShareOfVolume, VolumeLimit(maxShare: Share(e9: 50_000_000), days: 60))
        XCTAssertEqual(risk.maxOrdersPerDay, 50)
        XCTAssertEqual(risk.maxOrdersPerMinute, 10)
        XCTAssertEqual(risk.maxOpenOrders, 100)
        XCTAssertEqual(risk.priceCollar, Share(e9: 100_000_000))
        XCTAssertEqual(risk.priceMaxAge_ms, 345_600_000)
        XCTAssertEqual(risk.maxCorrelation, 0.8)
        XCTAssertEqual(risk.returns, ReturnWindow(days: 500, minimum: 120))
        XCTAssertEqual(risk.bands, PriceBands(stop: Share(e9: 50_000_000), target: Share(e9: 100_000_000)))
        XCTAssertEqual(risk.maxValueAtRisk, Share(e9: 20_000_000))
        XCTAssertEqual(risk.valueAtRisk, ValueAtRiskRule(method: .parametric, level: 0.95, horizon_days: 10))
        XCTAssertEqual(
            risk.kelly, KellyLimit(fraction: Share(e9: 500_000_000), source: .confidence(payoffRatio: 1.5)))
        XCTAssertEqual(
            risk.symbols["BRK.B"],
            SymbolLimits(
                position: PositionLimits(
                    maxQuantity: Quantity(units: 100), maxNotional: Money(e6: 10_000_000_000),
                    maxShare: Share(e9: 50_000_000)), borrow: true), "tickers may have points")
        XCTAssertEqual(
            risk.groups,
            [
                GroupLimit(
                    name: "tech", tickers: ["AAPL", "MSFT"], maxShare: Share(e9: 400_000_000),
                    maxNetShare: Share(e9: 200_000_000))
            ])
        XCTAssertEqual(
            risk.strategies["value v2.1"],
            StrategyLimits(
                maxShare: Share(e9: 500_000_000), maxNotional: Money(e6: 100_000_000_000),
                maxRiskShare: Share(e9: 10_000_000)))
        XCTAssertEqual(
            risk.capital,
            CapitalMap(
                shares: ["value v2.1": Share(e9: 500_000_000), "b": Share(e9: 300_000_000)],
                maxShare: Share(e9: 600_000_000), floor: Share(e9: 50_000_000)))
    }

    func testWhatIsRecordedIsReadAsTheSame() throws {
        let record =
            "{ risk: { kelly: { fraction: 0.25, minimum_trades: 40, until_then: 0.01 }, max_position_share: 0.000000001 } }"
        let texts = [
            Self.everything, record, "{ capital: { map: { a: 0.5, b: 0.3, c: 0.2 } } }",
            "{ risk: { allow_short: false } }",
            "{ risk: { max_open_orders: null, max_correlation: 0.5, return_window: 90 } }",
            "{ risk: { strategies: { a: { max_risk_share: 0.1 } }, var: { level: 0.9 }, minimum_returns: 20 } }",
        ]
        for text in texts {
            for mode in ExecutionMode.allCases {
                let configuration = try read(text)
                XCTAssertEqual(try read(try configuration.canonicalJSON(for: mode)).risk, configuration.risk, text)
            }
        }
    }

    func testWhatIsWrongIsNamedWithItsLine() {
        assertRefused("{ risk: {\n max_drawdwn: 0.2 } }", ["execution.json:2", "did you mean \"max_drawdown\"?"])
        assertRefused("{ risk: { max_drawdown: 1.5 } }", ["risk.max_drawdown", "is out of range", "0 to 1"])
        assertRefused("{ risk: { max_orders_per_day: 2.5 } }", ["is not a whole number"])
        assertRefused("{ risk: { price_max_age: 5 } }", ["risk.price_max_age", "has no unit"])
        assertRefused("{ risk: { symbols: { IBM: 5 } } }", ["risk.symbols.IBM", "is not a section"])
        assertRefused("{ risk: { symbols: { IBM: { max_size: 5 } } } }", ["max_size", "is an unknown key"])
        assertRefused("{ risk: { groups: { tech: { max_share: 0.5 } } } }", ["risk.groups.tech", "has no tickers"])
        assertRefused("{ risk: { groups: { tech: { tickers: [] } } } }", ["tickers", "is empty"])
        assertRefused("{ risk: { groups: { tech: { tickers: 5 } } } }", ["is not a list"])
        assertRefused("{ risk: { groups: { tech: { tickers: [\"A\", \"A\"], max_share: 1 } } } }", ["names A twice"])
        assertRefused("{ risk: { var: { method: \"monte_carlo\" } } }", ["\"historical\" or \"parametric\""])
        assertRefused(
            "{ risk: { buying_power_includes_proceeds: true } }", ["limits nothing without risk.buying_power"])
    }

    /// Whoever writes a part of a limit believes that there is one; `null` says that there is none.
    func testWhatLimitsNothingIsRefused() throws {
        let cases: [(String, without: String)] = [
            ("volume_days: 10", "risk.max_share_of_volume"), ("return_window: 500", "risk.max_correlation"),
            ("minimum_returns: 20", "risk.max_correlation"), ("var: { level: 0.95 }", "risk.var.max_share"),
            ("var: { method: 'parametric' }", "risk.var.max_share"), ("var: { horizon_days: 5 }", "risk.var.max_share"),
            ("kelly: { source: 'confidence' }", "risk.kelly.fraction"),
            ("kelly: { minimum_trades: 20 }", "risk.kelly.fraction"),
            ("kelly: { until_then: 0.1 }", "risk.kelly.fraction"),
            ("buying_power_includes_proceeds: false", "risk.buying_power"),
        ]
        for (part, limit) in cases {
            assertRefused("{ risk: { \(part) } }", ["limits nothing without \(limit)", "give \(limit) too"])
        }
        assertRefused("{ risk: { groups: { tech: { tickers: ['A'] } } } }", ["risk.groups.tech", "limits nothing"])
        for section in [
            "max_share_of_volume: null, volume_days: 10", "var: { max_share: null, level: 0.95 }, return_window: 500",
            "strategies: { a: { max_risk_share: 0.1 } }, var: { level: 0.95 }, return_window: 500",
            "max_correlation: 0.5, minimum_returns: 20", "kelly: { fraction: null, until_then: 0.1 }",
            "groups: { tech: { tickers: ['A'], max_share: null } }",
        ] {
            XCTAssertNoThrow(try read("{ risk: { \(section) } }"), section)
        }
    }

    func testProblemsComeInTheOrderOfTheirLines() {
        let text = "{ risk: {\n max_drawdown: 2,\n max_drawdwn: 1,\n var: { level: 0.9 },\n max_daily_loss: 2 } }"
        XCTAssertThrowsError(try read(text)) { error in
            let lines = "\(error)".split(separator: "\n").map { $0.split(separator: ":")[1] }
            XCTAssertEqual(lines, ["2", "3", "4", "5"], "\(error)")
        }
    }

    func testAListInPlaceOfAGroupIsOneProblem() {
        XCTAssertThrowsError(try read("{ risk: { groups: { tech: [\"A\"] } } }")) { error in
            XCTAssertEqual("\(error)".split(separator: "\n").count, 1, "\(error)")
        }
    }

    func testContradictionsNameBothLines() {
        assertRefused(
            "{ risk: {\n max_gross_leverage: 1,\n max_net_leverage: 2 } }",
            ["execution.json:3: risk.max_net_leverage", "contradicts risk.max_gross_leverage on line 2"])
        assertRefused(
            "{ risk: { groups: { g: {\n tickers: [\"A\"],\n max_share: 0.1,\n max_net_share: 0.2 } } } }",
            ["execution.json:4: risk.groups.g.max_net_share", "contradicts risk.groups.g.max_share on line 3"])
        assertRefused(
            "{ risk: {\n return_window: 20,\n minimum_returns: 30, max_correlation: 1 } }",
            ["execution.json:3: risk.minimum_returns", "contradicts risk.return_window on line 2"])
        assertRefused(
            "{ risk: {\n minimum_returns: 300, max_correlation: 1 } }",
            ["execution.json:2: risk.minimum_returns", "contradicts risk.return_window, which has its default"])
        assertRefused(
            "{ capital: {\n floor: 0.5,\n max_share: 0.4 } }",
            ["execution.json:2: capital.floor", "contradicts capital.max_share on line 3"])
        XCTAssertNoThrow(try read("{ capital: { map: { a: 0.9, b: 0.9 }, max_share: 0.5 } }"), "the maximum cuts both")
        assertRefused(
            "{ capital: { map: {\n a: 0.1 },\n floor: 0.2 } }",
            ["execution.json:3: capital.floor", "contradicts capital.map.a on line 2"])
        assertRefused(
            "{ capital: { map: {\n a: 0.6, b: 0.6 } } }",
            [
                "capital.map", "contradicts risk.max_gross_leverage, which has its default",
                "add up to 1.2, which is more than 1;",
            ])
        assertRefused(
            "{ risk: { kelly: {\n source: \"record\",\n payoff_ratio: 2, fraction: 0.5 } } }",
            ["execution.json:3: risk.kelly.payoff_ratio", "contradicts risk.kelly.source on line 2"])
    }

    /// Each limit binds by its name in an output of the page that runs as written.
    func testEveryLimitIsSeenAtWork() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: folder.appendingPathComponent("dev_workflows/LIMITS.md"), encoding: .utf8)
        let shown = page.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }
            .flatMap { $0.element.split(separator: "\n") }.filter { !$0.hasPrefix("$") }
        for limit in RiskLimitName.allCases {
            let verdicts = [
                "\(limit.rawValue) allows", "\(limit.rawValue) of ", "\(limit.rawValue) is ", "|\(limit.rawValue)",
            ]
            XCTAssertTrue(shown.contains { line in verdicts.contains { line.contains($0) } }, limit.rawValue)
        }
    }

    private static let everything = """
        { risk: { max_drawdown: 0.2, max_daily_loss: 0.03, max_gross_leverage: 1.5, max_net_leverage: 1, allow_short: false,
            buying_power: 0.9, buying_power_includes_proceeds: true, max_position_quantity: 1000,
            max_position_notional: 50000, max_position_share: 0.1, max_order_quantity: 500.5, max_order_notional: 25000,
            max_share_of_volume: 0.05, volume_days: 60, max_orders_per_day: 50, max_orders_per_minute: 10,
            max_open_orders: 100, price_collar: 0.1, price_max_age: "96h", max_correlation: 0.8, return_window: 500,
            minimum_returns: 120, stop_band: 0.05, target_band: 0.1,
            var: { max_share: 0.02, method: "parametric", level: 0.95, horizon_days: 10 },
            kelly: { fraction: 0.5, source: "confidence", payoff_ratio: 1.5 },
            symbols: { "BRK.B": { max_quantity: 100, max_notional: 10000, max_share: 0.05, allow_short: true } },
            groups: { tech: { tickers: ["AAPL", "MSFT"], max_share: 0.4, max_net_share: 0.2 } },
            strategies: { "value v2.1": { max_share: 0.5, max_notional: 100000, max_risk_share: 0.01 } } },
          capital: { map: { "value v2.1": 0.5, b: 0.3 }, max_share: 0.6, floor: 0.05 } }
        """
}
