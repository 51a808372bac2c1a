import XCTest

@testable import ExecutionService

final class RepeatedTroubleTests: XCTestCase {
    /// Once, then from time to time; another one at once, and the same one again after it was over.
    func testWhenATroubleIsTold() {
        var trouble = RepeatedTrouble()
        XCTAssertTrue(trouble.isTold("refused", at: 1_000))
        XCTAssertFalse(trouble.isTold("refused", at: 1_000))
        XCTAssertFalse(trouble.isTold("refused", at: 15_999))
        XCTAssertTrue(trouble.isTold("refused", at: 16_000))
        XCTAssertFalse(trouble.isTold("refused", at: 30_999))
        XCTAssertTrue(trouble.isTold("no route", at: 31_000))
        XCTAssertTrue(trouble.isTold("refused", at: 31_001))
        trouble.end()
        XCTAssertTrue(trouble.isTold("refused", at: 31_002))
    }
}
