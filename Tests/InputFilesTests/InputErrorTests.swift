import XCTest

@testable import InputFiles

final class InputErrorTests: XCTestCase {
    func testReadsAsOneSentence() {
        let problem = InputProblem(
            file: "targets.csv", line: 17, field: "target_weight", value: "NaN", problem: "is not a number",
            accepted: "give a decimal such as 0.25")
        XCTAssertEqual(
            problem.description, "targets.csv:17: target_weight \"NaN\" is not a number; give a decimal such as 0.25")
        XCTAssertEqual(InputProblem(file: "a.csv", problem: "is empty").description, "a.csv: is empty")
    }

    func testShortensAndShowsControlCharacters() {
        let long = InputProblem(file: "f", field: "x", value: String(repeating: "9", count: 500), problem: "is long")
        XCTAssertEqual(long.description, "f: x \"\(String(repeating: "9", count: 60))…\" is long")
        let control = InputProblem(file: "f", field: "x", value: "a\u{1B}[31m\n", problem: "is odd")
        XCTAssertEqual(control.description, "f: x \"a\\u{1b}[31m\\u{a}\" is odd")
    }

    func testCountsAllAndShowsTwenty() throws {
        let rows = (1...33).map { "2020-01-02,T\($0),x" }.joined(separator: "\n")
        do {
            _ = try TargetFile.read(.text("as_of,ticker,target_weight\n\(rows)\n"))
            XCTFail("accepted")
        } catch {
            XCTAssertEqual(error.count, 33)
            XCTAssertEqual(error.problems.count, 20)
            XCTAssertTrue(error.description.hasSuffix("… and 13 more problems (33 in all)"))
            XCTAssertEqual(error.problems.map(\.line), (2...21).map { $0 })
        }
    }

    func testSuggestions() {
        let known = ["ticker", "target_weight", "target_quantity", "as_of"]
        let cases = [
            ("tiker", "ticker"), ("Ticker ", "ticker"), ("target_wieght", "target_weight"), ("asof", "as_of"),
            ("target_qty", nil), ("colour", nil), ("", nil),
        ]
        for (text, expected) in cases { XCTAssertEqual(Suggestion.nearest(to: text, in: known), expected, text) }
    }
}
