import TradingModel
import XCTest

@testable import OrderRouting

/// Where the question about a margin stands: one line a stage, one letter a step.
final class MarginStageTests: XCTestCase {
    private static let (one, two) = (OrderNumber(1), OrderNumber(2))
    private static let terms = OrderTerms(
        instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: 1), type: .market, timeInForce: .day)
    private static let others = OrderTerms(
        instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: 2), type: .market, timeInForce: .day)

    private static let steps: [MarginStep] = [
        .ask(one, terms), .ask(one, others), .ask(two, terms), .clear(one), .clear(two), .deny(one), .deny(two),
        .takeBack, .leave(one), .leave(two), .settle,
    ]

    /// `.` is refused; `a`, `b` and `t` ask about the first order, about it as it is now, and about the second.
    private static let table: [(MarginStage, String)] = [
        (.idle, "abt........"), (.asked(one, terms), ".b.c.i.i..."), (.cleared(one, terms), "abt....il.."),
        (.leaving(one), "..........i"),
    ]

    private static func stage(_ letter: Character) -> MarginStage? {
        switch letter {
        case "a": .asked(one, terms)
        case "b": .asked(one, others)
        case "t": .asked(two, terms)
        case "c": .cleared(one, terms)
        case "i": .idle
        case "l": .leaving(one)
        default: nil
        }
    }

    func testTheWholeTable() throws {
        for (stage, letters) in Self.table {
            XCTAssertEqual(letters.count, Self.steps.count)
            for (step, letter) in zip(Self.steps, letters) {
                if let next = Self.stage(letter) {
                    XCTAssertEqual(try stage.after(step), next, "\(stage) × \(step)")
                } else {
                    XCTAssertThrowsError(try stage.after(step), "\(stage) × \(step)") {
                        XCTAssertEqual($0 as? IllegalMarginStep, IllegalMarginStep(stage: stage, step: step))
                    }
                }
            }
        }
    }
}
