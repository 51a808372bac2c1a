import TradingModel
import XCTest

@testable import RiskControl

/// One limit, with a world in which it allows `most` of instrument A; selling where it says so.
struct LimitRow {
    let limit: RiskLimitName
    let most: Int64
    var isSell = false
    var reason = StatusReason.riskLimit
    var observed: Double
    var allowed: Double
    let limits: (inout RiskLimits) -> Void
    var world: (inout GateWorld) -> Void = { _ in }
}

extension XCTestCase {
    /// Asks for the most that the limit allows, for one unit less, and for one more.
    func check(_ row: LimitRow, line: UInt = #line) {
        let sign: Int64 = row.isSell ? -1 : 1
        for (asked, expected) in [(row.most - 1, row.most - 1), (row.most, row.most), (row.most + 1, row.most)] {
            guard asked > 0 else { continue }
            var world = GateWorld(row.limits)
            row.world(&world)
            let verdict = world.first(0, sign * asked)
            XCTAssertEqual(verdict.units, expected, "\(row.limit.rawValue) of \(asked)", line: line)
            XCTAssertEqual(verdict.order?.order.terms.quantity ?? .zero, verdict.approved, line: line)
            guard asked > expected else {
                XCTAssertEqual(verdict.reason, nil, "\(row.limit.rawValue) of \(asked)", line: line)
                XCTAssertEqual(verdict.limit, nil, line: line)
                continue
            }
            XCTAssertEqual(verdict.limit, row.limit, line: line)
            XCTAssertEqual(verdict.reason, row.reason, line: line)
            XCTAssertEqual(
                verdict.observed ?? .nan, row.observed, accuracy: abs(row.observed) * 1e-9, "\(row.limit.rawValue)",
                line: line)
            XCTAssertEqual(verdict.allowed ?? .nan, row.allowed, accuracy: 1e-12, line: line)
        }
    }
}
