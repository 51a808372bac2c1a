import OrderRouting
import RiskControl
import TradingModel
import XCTest

@testable import ExecutionService

/// What the environment adds to the limits of the configuration.
final class RiskSetupTests: XCTestCase {
    private func limits(_ configuration: Configuration, _ variables: [String: String]?) -> RiskLimits? {
        RiskSetup(
            configuration, environment: variables.map { ExecutionEnvironment($0) }, decisions: [], isIntraday: false)?
            .limits
    }

    func testNothingIsLimitedUnlessSomethingSaysSo() {
        XCTAssertNil(limits(Configuration(), nil))
        XCTAssertNil(limits(Configuration(), [:]))
        XCTAssertNil(limits(Configuration(), ["EXEC_RISK_FAIL_OPEN": "true"]), "there is nothing that could fail open")
    }

    func testTheEnvironmentLimitsByItself() {
        let found = limits(Configuration(), ["EXEC_MAX_POSITION_QTY": "100.5", "EXEC_MAX_DAILY_TRADES": "50"])
        XCTAssertEqual(found?.position.maxQuantity, Quantity(e8: 10_050_000_000))
        XCTAssertEqual(found?.maxOrdersPerDay, 50)
        XCTAssertEqual(found?.failsOpen, false)
    }

    func testTheSmallerLimitHolds() {
        var configuration = Configuration()
        configuration.risk.position.maxQuantity = Quantity(units: 200)
        configuration.risk.maxOrdersPerDay = 10
        configuration.risk.symbols["IBM"] = SymbolLimits(position: PositionLimits(maxQuantity: Quantity(units: 500)))
        configuration.risk.symbols["AAPL"] = SymbolLimits(position: PositionLimits(maxNotional: Money(e6: 1)))
        let found = limits(
            configuration,
            ["EXEC_MAX_POSITION_QTY": "100", "EXEC_MAX_DAILY_TRADES": "50", "EXEC_RISK_FAIL_OPEN": "yes"])
        XCTAssertEqual(found?.position.maxQuantity, Quantity(units: 100))
        XCTAssertEqual(found?.symbols["IBM"]?.position.maxQuantity, Quantity(units: 100))
        XCTAssertNil(found?.symbols["AAPL"]?.position.maxQuantity, "the limit of all positions counts there")
        XCTAssertEqual(found?.maxOrdersPerDay, 10)
        XCTAssertEqual(found?.failsOpen, true)
    }
}
