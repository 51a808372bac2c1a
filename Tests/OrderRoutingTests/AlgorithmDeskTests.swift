import TradingModel
import XCTest

@testable import OrderRouting

/// The algorithms that work, by their instruments.
final class AlgorithmDeskTests: XCTestCase {
    private func run(_ parent: Int64, _ instrument: Int) throws -> AlgorithmRun {
        let terms = try AlgorithmTerms(name: "iceberg", parameters: "display=10")
        let start = Timestamp(ms: 0)
        return AlgorithmRun(
            parent: OrderNumber(parent), instrument: InstrumentID(instrument),
            machine: AlgorithmMachine(terms, start: start, curve: nil, timeOfDay_ms: 0),
            placement: OrderPlacement(row: parent, cashRule: .unchecked), phase: 1, clock: start)
    }

    private func parents(_ desk: AlgorithmDesk, _ instrument: Int) -> [Int64] {
        desk.parents(of: InstrumentID(instrument)).map(\.value)
    }

    func testThoseOfAnInstrumentAreKnownByNumber() throws {
        var desk = AlgorithmDesk()
        for (parent, instrument) in [(5, 1), (2, 0), (9, 1), (7, 1)] as [(Int64, Int)] {
            desk.add(try run(parent, instrument))
        }
        XCTAssertEqual(parents(desk, 0), [2])
        XCTAssertEqual(parents(desk, 1), [5, 7, 9])
        XCTAssertEqual(parents(desk, 2), [])
        desk.remove(OrderNumber(7))
        desk.remove(OrderNumber(8))
        XCTAssertEqual(parents(desk, 1), [5, 9])
        XCTAssertEqual(desk.runs.map(\.parent.value), [2, 5, 9])
    }
}
