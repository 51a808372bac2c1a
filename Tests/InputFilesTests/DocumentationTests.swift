import Foundation
import XCTest

@testable import InputFiles

final class DocumentationTests: XCTestCase {
    /// The page names every column, each with all its spellings, and no other.
    func testEveryColumnIsDocumented() throws {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        let page = try String(
            contentsOf: folder.appendingPathComponent("dev_workflows/INPUT_FILES.md"), encoding: .utf8)
        let sections = page.components(separatedBy: "\n## ").dropFirst()
        let schemas = [
            ("Targets", TargetFile.schema), ("Orders", OrderFile.schema),
            ("Intents", IntentFile.schema), ("Bars", BarFile.schema),
            ("Instruments", InstrumentFile.schema), ("Corporate actions", CorporateActionFile.schema),
            ("Positions", PositionFile.schema),
        ]
        for (title, schema) in schemas {
            let section = try XCTUnwrap(sections.first { $0.hasPrefix(title + "\n") }, title)
            let rows = section.components(separatedBy: "\n").filter { $0.hasPrefix("| `") }
            let expected = schema.columns.map { column in
                let aliases = column.aliases.map { "`\($0)`" }.joined(separator: ", ")
                return "| `\(column.name)` |" + (aliases.isEmpty ? " |" : " \(aliases) |")
            }
            let isTheSame = Set(rows.map { row in expected.first { row.hasPrefix($0) } ?? row }) == Set(expected)
            XCTAssertTrue(isTheSame, "\(title): \(rows) should begin with \(expected)")
            for ignored in schema.ignored { XCTAssertTrue(section.contains("`\(ignored)`"), "\(title): \(ignored)") }
        }
    }
}
