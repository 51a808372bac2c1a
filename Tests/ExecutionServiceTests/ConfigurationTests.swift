import Foundation
import InputFiles
import MarketSimulation
import TradingModel
import XCTest

@testable import ExecutionService

final class ConfigurationTests: XCTestCase {
    private func read(_ text: String) throws -> Configuration {
        try Configuration.read(InputFile(name: "execution.json", bytes: Array(text.utf8)))
    }

    private func assertRefused(_ cases: [(rule: String, text: String, message: String)]) {
        for (rule, text, message) in cases {
            XCTAssertThrowsError(try read(text), rule) { error in
                let found = (error as? InputError)?.description ?? "another error: \(error)"
                XCTAssertTrue(found.contains(message), "\(rule): \(found)")
            }
        }
    }

    /// The issue's example, which is also the defaults.
    private let example = """
        { account:    { cash: 1000000, currency: "USD" },
          planning:   { lot_size: 1, minimum_notional: 0, open_orders: "cancel", missing_targets: "hold", two_phase: true, insufficient_cash: "wait" },
          orders:     { type: "MARKET", time_in_force: "DAY" },          // what targets become
          simulation: { preset: null, market_fill: "next_open", limit_fill: "penetrate", ambiguous_bar: "stop_first", volume_limit: 0.10,
                        latency_ms: 0, slippage: {model: "fixed_bps", bps: 5}, commission: {model: "ibkr_fixed"}, borrow_rate: 0 },
          time_zone: "UTC",
          /* how much of a run is written */
          record: "full", }
        """

    func testExampleIsTheDefaults() throws {
        XCTAssertEqual(try read(example), Configuration())
        XCTAssertEqual(try read("{}"), Configuration())
        XCTAssertEqual(try read("// nothing but\n{ account: {} }"), Configuration())
    }

    func testReadsEveryKey() throws {
        let configuration = try read(
            """
            { "account": { "cash": 250000.000001, 'currency': "EUR" },
              planning: { lot_size: 0.001, minimum_notional: 99.5, open_orders: "keep", missing_targets: "close", two_phase: false, insufficient_cash: "reject" },
              orders: { type: "LIMIT", time_in_force: "GTC" },
              simulation: { market_fill: "next_typical", limit_fill: "touch", ambiguous_bar: "nearest_to_open", volume_limit: null,
                            latency_ms: 250, slippage: { model: "fixed_spread", spread: 0.02 },
                            commission: { model: "per_share", rate: 0.005, minimum: 1, maximum_fraction: .01 }, borrow_rate: 0.03 },
              time_zone: "America/New_York", record: "summary" }
            """)
        XCTAssertEqual(configuration.account.cash, Money(e6: 250_000_000_001))
        XCTAssertEqual(configuration.account.currency.description, "EUR")
        XCTAssertEqual(configuration.planning.lotSize, Quantity(e8: 100_000))
        XCTAssertEqual(configuration.planning.minimumNotional, Money(e6: 99_500_000))
        XCTAssertEqual(configuration.planning.openOrders, .keep)
        XCTAssertEqual(configuration.planning.missingTargets, .close)
        XCTAssertFalse(configuration.planning.twoPhase)
        XCTAssertEqual(configuration.planning.insufficientCash, .reject)
        XCTAssertEqual(configuration.orders, OrderDefaults(type: .limit, timeInForce: .goodTilCancelled))
        XCTAssertEqual(configuration.simulation.marketFill, .nextTypical)
        XCTAssertEqual(configuration.simulation.limitFill, .touch)
        XCTAssertEqual(configuration.simulation.ambiguousBar, .nearestToOpen)
        XCTAssertNil(configuration.simulation.volumeLimitE9)
        XCTAssertEqual(configuration.simulation.latency_ms, 250)
        XCTAssertEqual(configuration.simulation.slippage, .fixedSpread(Price(e8: 2_000_000)))
        XCTAssertEqual(
            configuration.simulation.commission,
            .perShare(rateE9: 5_000_000, minimum: Money(e6: 1_000_000), maximumFractionE9: 10_000_000))
        XCTAssertEqual(configuration.simulation.borrowRateE9, 30_000_000)
        XCTAssertEqual(configuration.localTime.name, "America/New_York")
        XCTAssertEqual(configuration.record, .summary)
    }

    func testModels() throws {
        let slippage: [(String, SlippageModel)] = [
            (#"{model: "none"}"#, .none), (#"{model: "fixed_bps", bps: 2.5}"#, .fixedFraction(e9: 250_000)),
            (#"{model: "fixed_bps"}"#, .fixedFraction(e9: 500_000)),
            (#"{model: "volume_share", price_impact: 0.1}"#, .volumeShare(priceImpactE9: 100_000_000)),
            (#"{model: "square_root", coefficient: 1.5}"#, .squareRoot(coefficient: 1.5)),
        ]
        for (text, expected) in slippage {
            XCTAssertEqual(try read("{simulation: {slippage: \(text)}}").simulation.slippage, expected, text)
        }
        let commission: [(String, CommissionModel)] = [
            (#"{model: "none"}"#, .none), (#"{model: "bps", bps: 10}"#, .fraction(e9: 1_000_000)),
            (#"{model: "per_order", amount: 0.35}"#, .perOrder(Money(e6: 350_000))),
            (#"{model: "ibkr_tiered"}"#, .ibkrTiered),
            (#"{model: "per_share", rate: 0.0000001}"#, .perShare(rateE9: 100, minimum: .zero, maximumFractionE9: nil)),
            (
                #"{model: "per_share", rate: 1, maximum_fraction: null}"#,
                .perShare(rateE9: 1_000_000_000, minimum: .zero, maximumFractionE9: nil)
            ),
        ]
        for (text, expected) in commission {
            XCTAssertEqual(try read("{simulation: {commission: \(text)}}").simulation.commission, expected, text)
        }
    }

    func testPresets() throws {
        XCTAssertEqual(try read(#"{simulation: {preset: "zipline"}}"#).simulation, SimulationRules(preset: .zipline))
        XCTAssertEqual(
            try read(#"{simulation: {preset: "backtrader"}}"#).simulation, SimulationRules(preset: .backtrader))
        let capped = try read(
            #"{simulation: {preset: "backtrader", volume_limit: 0.25, commission: {model: "bps", bps: 1}}}"#
        ).simulation
        XCTAssertEqual(capped.volumeLimitE9, 250_000_000)
        XCTAssertEqual(capped.commission, .fraction(e9: 100_000))
        XCTAssertEqual(capped.limitFill, .touch)
    }

    func testUnknownKeys() {
        assertRefused([
            ("top", "{\n acount: {}}", "execution.json:2: acount is an unknown key; did you mean \"account\"?"),
            (
                "nothing near", "{colour: 1}",
                "the keys are account, planning, orders, simulation, brokers, live, production, alerts, checks, metrics, log, risk, capital, aggressiveness, time_zone, record"
            ),
            (
                "nested", "{planning: {\n lotsize: 1}}",
                "execution.json:2: planning.lotsize is an unknown key; did you mean \"lot_size\"?"
            ),
            (
                "deeper", #"{simulation: {slippage: {model: "fixed_bps", bsp: 5}}}"#,
                "simulation.slippage.bsp is an unknown key; did you mean \"bps\"?"
            ),
            ("in the wrong section", "{cash: 5}", "cash is an unknown key"),
            (
                "of another slippage model", #"{simulation: {slippage: {model: "fixed_bps", bps: 5, spread: 1}}}"#,
                "simulation.slippage.spread \"1\" does not belong to the model \"fixed_bps\"; its parameters are bps"
            ),
            (
                "of no slippage", #"{simulation: {slippage: {model: "none", bps: 5}}}"#,
                "does not belong to the model \"none\"; it has no parameters"
            ),
            (
                "of another commission model", #"{simulation: {commission: {model: "per_order", amount: 1, rate: 1}}}"#,
                "simulation.commission.rate \"1\" does not belong"
            ),
            (
                "twice", "{record: \"full\",\n record: \"trades\"}",
                "execution.json:2: record is there twice (first on line 1)"
            ),
        ])
    }

    func testWrongValues() {
        assertRefused([
            (
                "cash as text", #"{account: {cash: "1000"}}"#,
                "account.cash \"1000\" is not a number; give an amount of money from 0 to 1000000000000"
            ),
            ("negative cash", "{account: {cash: -1}}", "account.cash \"-1\" is out of range"),
            (
                "no algorithm of that name", #"{orders: {algorithm: "twop"}}"#,
                "orders.algorithm \"twop\" is not an algorithm; give one of twap, vwap"
            ),
            (
                "parameters that are missing", #"{orders: {algorithm: "twap"}}"#,
                "orders.algorithm \"twap\" has duration, which is missing, and twap needs it"
            ),
            (
                "a wrong parameter", #"{orders: {algorithm: "pov", algorithm_parameters: "share=2 duration=1h"}}"#,
                "orders.algorithm_parameters \"share=2 duration=1h\" has share \"2\", which is not accepted for share"
            ),
            (
                "parameters alone", #"{orders: {algorithm_parameters: "share=1"}}"#,
                "orders.algorithm_parameters \"share=1\" is given without orders.algorithm"
            ),
            (
                "no time to work in",
                #"{orders: {time_in_force: "IOC", algorithm: "iceberg", algorithm_parameters: "display=5"}}"#,
                "orders.algorithm \"iceberg\" contradicts orders.time_in_force \"IOC\""
            ),
            ("too much cash", "{account: {cash: 1e15}}", "is out of range"),
            ("cash of 1e400", "{account: {cash: 1e400}}", "account.cash is not a number; give an amount of money"),
            ("NaN", "{account: {cash: NaN}}", "account.cash \"NaN\" is not a number"),
            ("infinity", "{account: {cash: Infinity}}", "is not a number"),
            ("null", "{account: {cash: null}}", "account.cash \"null\" is not a number"),
            ("too fine", "{account: {cash: 0.0000001}}", "has more than 6 decimals"),
            (
                "currency", #"{account: {currency: "usd"}}"#,
                "account.currency \"usd\" is not a currency; give three capital letters"
            ),
            ("currency as number", "{account: {currency: 1}}", "account.currency \"1\" is not a text"),
            (
                "lot of zero", "{planning: {lot_size: 0}}",
                "planning.lot_size \"0\" is out of range; give a quantity above zero"
            ),
            (
                "negative minimum", "{planning: {minimum_notional: -1}}",
                "planning.minimum_notional \"-1\" is out of range"
            ),
            (
                "near word", #"{planning: {open_orders: "cancle"}}"#,
                "planning.open_orders \"cancle\" is not accepted; did you mean \"cancel\"?"
            ),
            ("far word", #"{planning: {missing_targets: "sell"}}"#, "is not accepted; give \"hold\" or \"close\""),
            ("boolean as text", #"{planning: {two_phase: "yes"}}"#, "planning.two_phase \"yes\" is not true or false"),
            ("unchecked cash", #"{planning: {insufficient_cash: "unchecked"}}"#, "give \"wait\" or \"reject\""),
            (
                "type of no target", #"{orders: {type: "STOP"}}"#,
                "orders.type \"STOP\" needs a stop price or a trail, which a target does not have; give \"MARKET\" or \"LIMIT\", or bring an orders file"
            ),
            (
                "unknown type", #"{orders: {type: "MARKTE"}}"#,
                "orders.type \"MARKTE\" is not accepted; did you mean \"MARKET\"?"
            ),
            ("GTD", #"{orders: {time_in_force: "GTD"}}"#, "orders.time_in_force \"GTD\" needs a date"),
            ("unknown preset", #"{simulation: {preset: "ziplin"}}"#, "did you mean \"zipline\"?"),
            (
                "unknown fill", #"{simulation: {market_fill: "open"}}"#,
                "simulation.market_fill \"open\" is not accepted; give \"next_open\""
            ),
            ("cap of zero", "{simulation: {volume_limit: 0}}", "simulation.volume_limit \"0\" is out of range"),
            (
                "cap above one", "{simulation: {volume_limit: 10}}",
                "a share of the volume above 0 and up to 1, or null for no cap"
            ),
            (
                "half a millisecond", "{simulation: {latency_ms: 0.5}}",
                "simulation.latency_ms \"0.5\" is not a whole number"
            ),
            ("negative latency", "{simulation: {latency_ms: -1}}", "is out of range; give whole milliseconds from 0"),
            ("borrow in percent", "{simulation: {borrow_rate: 30}}", "a yearly rate from 0 to below 10"),
            (
                "slippage as word", #"{simulation: {slippage: "none"}}"#,
                "simulation.slippage \"none\" is not a section; give an object such as { model: … }"
            ),
            (
                "slippage without model", "{simulation: {slippage: {bps: 5}}}",
                "names no model; give { model: \"none\" } or another model"
            ),
            ("unknown model", #"{simulation: {slippage: {model: "fixed_bp"}}}"#, "did you mean \"fixed_bps\"?"),
            (
                "all of the price", #"{simulation: {slippage: {model: "fixed_bps", bps: 10000}}}"#,
                "simulation.slippage.bps \"10000\" is out of range"
            ),
            (
                "missing parameter", #"{simulation: {slippage: {model: "fixed_spread"}}}"#,
                "simulation.slippage.spread is missing, and the model fixed_spread needs it; give a price"
            ),
            (
                "missing rate", #"{simulation: {commission: {model: "per_share"}}}"#,
                "simulation.commission.rate is missing"
            ),
            (
                "unknown zone", "{\n\n time_zone: \"New York\"}",
                "execution.json:3: time_zone \"New York\" is not a known time zone"
            ),
            ("unknown record", #"{record: "ful"}"#, "did you mean \"full\"?"),
            ("section as number", "{account: 5}", "account \"5\" is not a section; give an object such as { cash: … }"),
        ])
    }

    func testContradictions() {
        assertRefused([
            (
                "same_close with latency", #"{simulation: {market_fill: "same_close", latency_ms: 5}}"#,
                "simulation.latency_ms \"5\" contradicts simulation.market_fill \"same_close\""
            ),
            (
                "dollar plan in another currency", #"{account: {currency: "EUR"}}"#,
                "account.currency \"EUR\" contradicts simulation.commission.model \"ibkr_fixed\", whose rates are in USD"
            ),
            (
                "preset and limits", #"{simulation: {preset: "zipline", limit_fill: "touch"}}"#,
                "simulation.limit_fill \"touch\" contradicts simulation.preset \"zipline\", whose rule is \"close\""
            ),
            (
                "preset and ambiguous bars", #"{simulation: {preset: "backtrader", ambiguous_bar: "target_first"}}"#,
                "simulation.ambiguous_bar \"target_first\" contradicts"
            ),
            (
                "preset and market orders", #"{simulation: {preset: "zipline", market_fill: "next_open"}}"#,
                "simulation.market_fill \"next_open\" contradicts"
            ),
        ])
    }

    func testNoConfigurationAtAll() {
        assertRefused([
            ("empty", "", "execution.json: is empty"),
            ("blank", "  \n", "ends where a value is expected"),
            ("list", "[]", "execution.json:1: is not an object; give a JSON5 object"),
            ("number", "5", "is not an object"),
            (
                "missing comma", "{ record: \"full\"\n time_zone: \"UTC\" }",
                "execution.json:2: misses a , or } (column 2)"
            ),
            ("missing colon", "{\n\n record \"full\" }", "execution.json:3: misses a : after the key record"),
            ("missing value", "{ record: }", "has something that is no value"),
            (
                "text without quotes", "{ record: full }",
                "has something that is no value; texts need quotes (column 11)"
            ),
            ("not closed", "{ record: \"full\"", "ends before a closing }"),
            ("quote not closed", "{ record: \"full }\n", "opens a quote that is never closed"),
            ("comment not closed", "{ /* record: \"full\" }", "begins a comment that never ends"),
            ("two objects", "{}\n{}", "execution.json:2: has text after the end"),
            ("odd number", "{ account: { cash: 1x } }", "account.cash is not a number"),
            ("too deep", String(repeating: "[", count: 5_000), "is nested too deeply"),
        ])
        let latin: [UInt8] = Array("{ record: \"".utf8) + [0xE4] + Array("\" }".utf8)
        XCTAssertThrowsError(try Configuration.read(InputFile(name: "c", bytes: latin))) {
            XCTAssertEqual(($0 as? InputError)?.description, "c: is not UTF-8 (wrong encoding); save the file as UTF-8")
        }
    }

    func testReportsAllProblemsAtOnce() {
        XCTAssertThrowsError(try read(#"{account: {cash: -1}, record: "all", simulation: {latency_ms: "x"}, x: 1}"#)) {
            XCTAssertEqual(($0 as? InputError)?.count, 4)
        }
    }

    func testCanonicalTextIsSortedAndReadsBack() throws {
        XCTAssertEqual(
            try Configuration().canonicalJSON(),
            #"{"account":{"cash":1000000,"currency":"USD"},"orders":{"time_in_force":"DAY","type":"MARKET"},"#
                + #""planning":{"insufficient_cash":"wait","lot_size":1,"minimum_notional":0,"missing_targets":"hold","#
                + #""open_orders":"cancel","two_phase":true},"record":"full","simulation":{"ambiguous_bar":"stop_first","#
                + #""borrow_rate":0,"commission":{"model":"ibkr_fixed"},"latency_ms":0,"limit_fill":"penetrate","#
                + #""market_fill":"next_open","preset":null,"slippage":{"bps":5,"model":"fixed_bps"},"volume_limit":0.1},"#
                + #""time_zone":"UTC"}"#)
        let texts = [
            "{}", #"{orders: {algorithm: "twap", algorithm_parameters: "slices=4 duration=1h"}}"#,
            #"{simulation: {preset: "zipline"}}"#, #"{simulation: {preset: "backtrader", volume_limit: null}}"#,
            #"{account: {cash: 0.1}, simulation: {slippage: {model: "square_root", coefficient: 0.314}, borrow_rate: 0.000000001}}"#,
            #"{simulation: {slippage: {model: "volume_share", price_impact: 0.1}, commission: {model: "per_share", rate: 0.0035, minimum: 0.35}}}"#,
            #"{simulation: {slippage: {model: "fixed_spread", spread: 0.01}, commission: {model: "bps", bps: 0.00001}}, time_zone: "Asia/Tokyo"}"#,
            #"{planning: {lot_size: 0.00000001, insufficient_cash: "reject"}, simulation: {commission: {model: "per_order", amount: 1}}}"#,
        ]
        for text in texts {
            let configuration = try read(text)
            XCTAssertEqual(try read(try configuration.canonicalJSON()), configuration, text)
        }
    }

    func testEveryKeyIsDocumented() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: folder.appendingPathComponent("dev_workflows/CONFIGURATION.md"), encoding: .utf8)
        for key in ConfigurationKey.all {
            let row = page.split(separator: "\n").first { $0.hasPrefix("| `\(key.path)` |") }
            XCTAssertNotNil(row, key.path)
            XCTAssertTrue(
                row?.contains("| `\(key.defaultText)` |") ?? false, "\(key.path): the default is \(key.defaultText)")
        }
        let documented = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.count
        XCTAssertEqual(documented, ConfigurationKey.all.count, "no key is documented that does not exist")
    }

    /// The key beside a parameter without which it is refused.
    private static func limitOfParameter(_ path: String) -> String? {
        switch path {
        case "risk.volume_days": "max_share_of_volume"
        case "risk.return_window", "risk.minimum_returns": "max_correlation"
        case "risk.buying_power_includes_proceeds": "buying_power"
        case "risk.var.method", "risk.var.level", "risk.var.horizon_days": "max_share"
        case _ where path.hasPrefix("risk.kelly.") && path != "risk.kelly.fraction": "fraction"
        default: nil
        }
    }

    /// The defaults that are documented are the defaults that are in effect.
    func testDocumentedDefaultsAreTheDefaults() throws {
        for key in ConfigurationKey.all
        where key.defaultText != "required" && !key.path.contains("commission.m") && !key.path.contains("*") {
            let sections = key.path.split(separator: ".")
            var text = key.defaultText
            if key.path.hasPrefix("risk.kelly.payoff") { text = "\(text), source: \"confidence\"" }
            if key.path == "simulation.slippage.bps" { text = "\(text), model: \"fixed_bps\"" }
            if let limit = Self.limitOfParameter(key.path) { text = "\(text), \(limit): null" }
            for name in sections.reversed() { text = "{ \(name): \(text) }" }
            let isOfRisk = key.path.hasPrefix("risk.")
            XCTAssertEqual(try read(text), try read(isOfRisk ? "{ risk: {} }" : "{}"), key.path)
        }
    }
}
