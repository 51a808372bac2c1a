import RiskControl
import TradingModel
import XCTest

final class AggressivenessTests: XCTestCase {
    private let reference = Price(e8: 10_000_000_000)

    private func price(_ text: String) -> Price { Price(e8: Int64((Double(text)! * 1e8).rounded())) }

    /// One rule a line: style, side, the type that a plan gave, and the type that the order gets at a reference of 100.
    func testStylesOfNewOrders() {
        let bps25 = Int64(2_500_000)
        let given = OrderType.limit(price("90"))
        let rules: [(PricingStyle, Side, OrderType, OrderType)] = [
            (.asGiven, .buy, .market, .market), (.asGiven, .sell, given, given),
            (PricingStyle(.passive, offsetE9: bps25), .buy, .market, .limit(price("99.75"))),
            (PricingStyle(.passive, offsetE9: bps25), .sell, .market, .limit(price("100.25"))),
            (PricingStyle(.passive, offsetE9: bps25), .buy, given, .limit(price("99.75"))),
            (PricingStyle(.passive), .buy, .market, .limit(price("100"))),
            (PricingStyle(.mid), .buy, .market, .limit(price("100"))),
            (PricingStyle(.mid), .sell, given, .limit(price("100"))),
            (PricingStyle(.marketable, offsetE9: bps25), .buy, .market, .limit(price("100.25"))),
            (PricingStyle(.marketable, offsetE9: bps25), .sell, .market, .limit(price("99.75"))),
            (PricingStyle(.marketable, offsetE9: bps25), .sell, given, .limit(price("99.75"))),
            (PricingStyle(.market, offsetE9: bps25), .buy, given, .market),
            (PricingStyle(.market, offsetE9: bps25), .sell, .market, .market),
        ]
        for (style, side, before, after) in rules {
            XCTAssertEqual(
                style.type(insteadOf: before, side, reference: reference), after, "\(style) \(side) \(before)")
        }
    }

    func testStopsWaitForTheirOwnLevel() {
        let stops: [OrderType] = [
            .stop(price("95")), .stopLimit(stop: price("95"), limit: price("94")),
            .trailingStop(.amount(price("1")), initialStop: nil),
            .trailingStopLimit(.amount(price("1")), initialStop: nil, limitOffset: price("0.1")),
        ]
        for kind in PricingStyle.Kind.allCases {
            for stop in stops {
                let style = PricingStyle(kind, offsetE9: 1_000_000)
                XCTAssertEqual(style.type(insteadOf: stop, .sell, reference: reference), stop, "\(kind) \(stop)")
            }
        }
    }

    func testWithoutAPriceAnOrderStaysAsItWasGiven() {
        for kind in [PricingStyle.Kind.asGiven, .passive, .mid, .marketable] {
            let style = PricingStyle(kind, offsetE9: 1_000_000)
            XCTAssertEqual(style.type(insteadOf: .market, .buy, reference: nil), .market, "\(kind)")
            XCTAssertNil(style.limit(.buy, reference: nil), "\(kind)")
        }
        XCTAssertEqual(PricingStyle(.market).type(insteadOf: .limit(reference), .buy, reference: nil), .market)
    }

    /// An order that works stays a limit order, at the market too.
    func testLimitsOfOrdersThatWork() {
        let bps100 = Int64(10_000_000)
        let rules: [(PricingStyle.Kind, Side, String?)] = [
            (.asGiven, .buy, nil), (.asGiven, .sell, nil), (.passive, .buy, "99"), (.passive, .sell, "101"),
            (.mid, .buy, "100"), (.mid, .sell, "100"), (.marketable, .buy, "101"), (.marketable, .sell, "99"),
            (.market, .buy, "101"), (.market, .sell, "99"),
        ]
        for (kind, side, limit) in rules {
            XCTAssertEqual(
                PricingStyle(kind, offsetE9: bps100).limit(side, reference: reference), limit.map(price),
                "\(kind) \(side)")
        }
    }

    /// Away from aggression: a buy down, a sell up, by the last digit and then by the tick.
    func testRoundingGivesNothingAway() {
        let odd = Price(e8: 10_000_000_001)
        let rules: [(PricingStyle.Kind, Side, Int64)] = [
            (.marketable, .buy, 10_001_000_001), (.marketable, .sell, 9_999_000_001),
            (.passive, .buy, 9_999_000_000), (.passive, .sell, 10_001_000_002),
        ]
        for (kind, side, e8) in rules {
            XCTAssertEqual(
                PricingStyle(kind, offsetE9: 100_000).limit(side, reference: odd), Price(e8: e8), "\(kind) \(side)")
        }
        let cent = Price(e8: 1_000_000)
        for kind in [PricingStyle.Kind.passive, .mid, .marketable] {
            for side in [Side.buy, .sell] {
                guard
                    case .limit(let limit) = PricingStyle(kind, offsetE9: 1_234_567).type(
                        insteadOf: .market, side, reference: odd
                    )
                else { return XCTFail("\(kind)") }
                guard case .limit(let rounded) = OrderType.limit(limit).roundingLimit(toTick: cent, side) else {
                    return XCTFail("\(kind)")
                }
                XCTAssertTrue(rounded.isOnTick(cent))
                XCTAssertTrue(side == .buy ? rounded <= limit : rounded >= limit, "\(kind) \(side)")
                XCTAssertLessThan(abs(rounded.e8 - limit.e8), cent.e8, "\(kind) \(side)")
            }
        }
    }

    /// Nothing beyond the range of prices, and no price of nothing.
    func testExtremePrices() {
        XCTAssertNil(PricingStyle(.marketable, offsetE9: 500_000_000).limit(.buy, reference: Price(e8: .max)))
        XCTAssertNil(PricingStyle(.passive, offsetE9: 500_000_000).limit(.buy, reference: Price(e8: 1)))
    }

    func testTheHighestLevelThatConcernsAnOrderCounts() {
        typealias Level = AggressivenessLevel
        let rules: [(all: Level?, strategy: Level?, ticker: Level?, unset: Level, expected: Level)] = [
            (nil, nil, nil, .normal, .normal), (nil, nil, nil, .elevated, .elevated),
            (.normal, nil, nil, .elevated, .normal), (.elevated, .normal, .normal, .normal, .elevated),
            (nil, .emergency, nil, .elevated, .emergency), (.elevated, nil, .emergency, .normal, .emergency),
            (.emergency, .elevated, .normal, .normal, .emergency), (nil, .elevated, .normal, .normal, .elevated),
        ]
        for rule in rules {
            let levels = AggressivenessLevels(
                all: rule.all, strategies: rule.strategy.map { ["momentum": $0] } ?? [:],
                tickers: rule.ticker.map { ["AAPL": $0] } ?? [:])
            XCTAssertEqual(
                levels.level(strategy: "momentum", ticker: "AAPL", unset: rule.unset), rule.expected, "\(rule)")
        }
        let levels = AggressivenessLevels(strategies: ["momentum": .emergency], tickers: ["AAPL": .elevated])
        XCTAssertEqual(levels.level(strategy: nil, ticker: "IBM", unset: .normal), .normal)
        XCTAssertEqual(levels.level(strategy: "value", ticker: "AAPL", unset: .normal), .elevated)
    }

    func testWordsOfLevels() {
        XCTAssertEqual(AggressivenessLevel.allCases.map(\.code), ["NORMAL", "ELEVATED", "EMERGENCY"])
        XCTAssertEqual(AggressivenessLevel(code: "emergency"), .emergency)
        XCTAssertNil(AggressivenessLevel(code: "PANIC"))
    }
}
