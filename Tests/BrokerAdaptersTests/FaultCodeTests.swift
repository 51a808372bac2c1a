import XCTest

@testable import BrokerAdapters

final class FaultCodeTests: XCTestCase {
    func testWhoseFaultAnErrorIs() {
        let faults: [Int32] = [100, 103, 106, 107, 116, 133, 164, 320, 321, 504, 502, 1100, 2110, 326, 507, 9_999]
        for code in faults { XCTAssertTrue(TWSErrorClass.isVenueFault(code: code), "\(code)") }
        let own: [Int32?] = [
            nil, 201, 200, 203, 110, 109, 111, 355, 434, 460, 202, 399, 2104, 10_147, 10_148, 1101, 1102,
        ]
        for code in own { XCTAssertFalse(TWSErrorClass.isVenueFault(code: code), "\(code.map { "\($0)" } ?? "none")") }
    }
}
