import ExecutionService
import TradingModel
import XCTest

final class AccountTaskTests: ServiceTestCase {
    /// Whoever set the environment is told before the gate is looked at, and what cannot be read ends it.
    func testTasksThatTradeReadTheEnvironmentFirst() throws {
        let account = try XCTUnwrap(AccountID("DU123"))
        for task in [AccountTask.resetPaper, .flatten(tickers: ["AAPL"])] {
            var said: [String] = []
            func carry(_ variables: [String: String]) throws {
                _ = try carryOut(
                    task, Configuration(), account: account,
                    options: RebalanceOptions(database: try folder.path("runtime.db"), environment: variables),
                    observer: RebalanceObserver(confirm: { _ in true }, log: { said.append($0.message) }))
            }
            XCTAssertThrowsError(try carry(["EXEC_RISK_FAIL_OPEN": "1"])) {
                XCTAssertTrue($0 is LiveGateClosed, "\($0)")
            }
            XCTAssertTrue(said.contains { $0.hasPrefix("EXEC_RISK_FAIL_OPEN is on") }, "\(task): \(said)")
            XCTAssertThrowsError(try carry(["EXEC_MAX_POSITION_QTY": "1,000"])) {
                XCTAssertTrue($0 is EnvironmentRefusal, "\($0)")
            }
        }
    }
}
