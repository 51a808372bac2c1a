import TradingModel
import XCTest

@testable import InputFiles

/// How targets and orders ask for an algorithm.
final class AlgorithmColumnTests: XCTestCase {
    private func targets(_ rows: String, defaults: OrderDefaults = .init()) throws -> TargetSheet {
        let header = "as_of,ticker,target_quantity,limit_price,time_in_force,algorithm,algorithm_parameters\n"
        return try TargetFile.read(.text(header + rows, name: "targets.csv"), defaults: defaults)
    }

    private func orders(_ rows: String, defaults: OrderDefaults = .init()) throws -> OrderSheet {
        let header =
            "as_of,ticker,side,quantity,order_ref,order_type,stop_price,limit_price,time_in_force,parent_ref,oca_group,"
            + "algorithm,algorithm_parameters\n"
        return try OrderFile.read(.text(header + rows, name: "orders.csv"), defaults: defaults)
    }

    private let twap = AlgorithmTerms.twap(duration_ms: 3_600_000, slices: 4, finish: .cancel)

    func testBlankIsTheConfigurations() throws {
        let rows = "2020-01-02,A,1,,,,\n2020-01-02,B,1,,,none,\n2020-01-02,C,1,5,GTC,iceberg,display=100\n"
        XCTAssertEqual(
            try targets(rows).rows.map(\.algorithm),
            [nil, nil, .iceberg(display: Quantity(units: 100), duration_ms: nil, finish: .cancel)])
        let defaults = OrderDefaults(algorithm: twap)
        XCTAssertEqual(try targets(rows, defaults: defaults).rows.map(\.algorithm).prefix(2), [twap, nil])
        let order = "2020-01-02,A,BUY,10,,,,,,,,TWAP,duration=1h slices=4\n"
        XCTAssertEqual(try orders(order).rows.map(\.algorithm), [twap])
    }

    /// What an algorithm works has a pace of its own.
    func testAnAlgorithmDoesNotFollowTheLevel() {
        let header = "as_of,ticker,side,quantity,algorithm,algorithm_parameters,follows_level\n"
        let row = "2020-01-02,A,BUY,10,TWAP,duration=1h slices=4,true\n"
        XCTAssertThrowsError(try OrderFile.read(.text(header + row, name: "orders.csv"))) {
            let message = "follows_level \"true\" cannot be true for an order that an algorithm works"
            XCTAssertTrue("\($0)".contains(message), "\($0)")
        }
    }

    func testRefusedTargets() {
        assertRefused(
            [
                (
                    "unknown algorithm", "2020-01-02,A,1,,,twapp,\n",
                    "targets.csv:2: algorithm \"twapp\" is not an algorithm; did you mean \"twap\"?"
                ),
                (
                    "no parameters", "2020-01-02,A,1,,,twap,\n",
                    "algorithm_parameters has duration, which is missing, and twap needs it; give duration=…"
                ),
                (
                    "a wrong parameter", "2020-01-02,A,1,,,twap,duration=1x slices=3\n",
                    "algorithm_parameters \"duration=1x slices=3\" has duration \"1x\", which is not accepted for duration; give a duration"
                ),
                (
                    "parameters alone", "2020-01-02,A,1,,,,duration=1h\n",
                    "algorithm_parameters \"duration=1h\" is given without an algorithm"
                ),
                ("parameters of none", "2020-01-02,A,1,,,none,duration=1h\n", "is given with the algorithm none"),
                (
                    "a time in force without time", "2020-01-02,A,1,,IOC,iceberg,display=5\n",
                    "algorithm \"iceberg\" is not possible with time_in_force IOC; algorithms go with DAY and GTC"
                ),
            ]
        ) { _ = try targets($0) }
    }

    func testRefusedOrders() {
        assertRefused(
            [
                (
                    "a stop", "2020-01-02,A,BUY,10,,STOP,5,,,,,iceberg,display=5\n",
                    "algorithm \"iceberg\" is not possible for an order of type STOP; algorithms go with MARKET and LIMIT"
                ),
                (
                    "an entry", "2020-01-02,A,BUY,10,e,,,,,,,iceberg,display=5\n2020-01-02,A,SELL,10,,LIMIT,,5,,e,,,\n",
                    "algorithm \"iceberg\" is not possible in a bracket or an OCA group"
                ),
                (
                    "an exit", "2020-01-02,A,BUY,10,e,,,,,,,,\n2020-01-02,A,SELL,10,,LIMIT,,5,,e,,iceberg,display=5\n",
                    "orders.csv:3: algorithm \"iceberg\" is not possible in a bracket"
                ),
                (
                    "a group", "2020-01-02,A,BUY,10,,LIMIT,,5,,,g,iceberg,display=5\n",
                    "is not possible in a bracket or an OCA group"
                ),
            ]
        ) { _ = try orders($0) }
        assertRefused([
            (
                "the configuration's", "2020-01-02,A,BUY,10,,STOP,5,,,,,,\n",
                "algorithm \"twap (the configuration's)\" is not possible for an order of type STOP; algorithms go with MARKET and LIMIT, or give none"
            )
        ]) { _ = try orders($0, defaults: OrderDefaults(algorithm: twap)) }
    }
}
