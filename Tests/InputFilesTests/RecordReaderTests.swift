import XCTest

@testable import InputFiles

final class RecordReaderTests: XCTestCase {
    private let schema = TableSchema(
        rowName: "thing",
        columns: [
            .init(name: "name", aliases: ["label"], isRequired: true), .init(name: "first_value"), .init(name: "note"),
        ],
        ignored: ["extra"])

    private func read(_ text: String, name: String = "file.csv") throws -> [String] {
        var records = try RecordReader(file: .text(text, name: name), schema: schema)
        var rows: [String] = []
        while try records.next() {
            rows.append("\(records.line):" + (0..<3).map { records.string($0) }.joined(separator: "|"))
        }
        try records.finish()
        return rows
    }

    func testForms() throws {
        let cases: [(String, String, [String])] = [
            ("plain", "name,first_value\na,1\nb,2\n", ["2:a|1|", "3:b|2|"]),
            ("no last newline", "name,first_value\na,1", ["2:a|1|"]),
            ("CRLF", "name,first_value\r\na,1\r\n\"b\",\"2\"\r\n", ["2:a|1|", "3:b|2|"]),
            ("CRLF at the end of the file", "name,first_value\r\na,\"1\"\r", ["2:a|1|"]),
            ("column order, capitals, blanks", " First Value ,NAME\n1, a \n", ["2:a|1|"]),
            ("hyphens and aliases", "label,first-value\na,1\n", ["2:a|1|"]),
            ("quotes", "name,note\n\"a,b\",\"say \"\"no\"\"\"\n", ["2:a,b||say \"no\""]),
            ("newline in quotes", "name,note\n\"a\nb\",x\nc,y\n", ["2:a\nb||x", "4:c||y"]),
            ("quote inside an unquoted field", "name,note\na,5\" disk\n", ["2:a||5\" disk"]),
            ("empty lines", "\n\nname,note\n\na,1\n\r\n\nb,2\n\n", ["5:a||1", "8:b||2"]),
            ("semicolons", "name;note\na;1,5\n", ["2:a||1,5"]),
            ("tabs", "name\tnote\na\tx\n", ["2:a||x"]),
            ("a delimiter in a quoted header does not count", "\"name\";note\na;x\n", ["2:a||x"]),
            ("one column", "name\na\nb\n", ["2:a||", "3:b||"]),
            ("empty fields", "name,first_value,note\na,,\n", ["2:a||"]),
            ("ignored column", "name,Extra\na,9\n", ["2:a||"]),
            ("beyond ASCII", "name,note\nÄÖ,日本\n", ["2:ÄÖ||日本"]),
            (
                "JSON Lines", "{\"name\":\"a\",\"first_value\":1.50}\n\n{\"note\":null,\"name\":\"b\"}",
                ["1:a|1.50|", "3:b||"]
            ),
            ("JSON escapes", #"{"name":"\u00e4\ud83d\ude00\n\"\\\/"}"# + "\r\n", ["1:ä😀\n\"\\/||"]),
            ("JSON blanks", " { \"name\" : \"a\" , \"note\" : -1e3 } ", ["1:a||-1e3"]),
        ]
        for (rule, text, expected) in cases { XCTAssertEqual(try read(text), expected, rule) }
    }

    func testLongFilesAcrossBuffers() throws {
        let count = 60_000
        let text = "name,note\n" + (0..<count).map { "\"n\($0)\",\"x \"\"\($0)\"\"\"\r\n" }.joined()
        let rows = try read(text)
        XCTAssertEqual(rows.count, count)
        XCTAssertEqual(rows.last, "\(count + 1):n\(count - 1)||x \"\(count - 1)\"")
        let lines = (0..<count).map { "{\"name\":\"n\($0)\",\"note\":\($0)}\n" }.joined()
        XCTAssertEqual(try read(lines).last, "\(count):n\(count - 1)||\(count - 1)")
        let wide = String(repeating: "y", count: 700_000)
        XCTAssertEqual(try read("name,note\n\"\(wide)\",1\nb,2\n"), ["2:\(wide)||1", "3:b||2"])
    }

    func testRefusals() {
        assertRefused([
            ("unknown column", "nmae,note\na,1\n", "file.csv:1: column \"nmae\" is unknown; did you mean \"name\"?"),
            (
                "unknown column, nothing near", "name,zzz\na,1\n",
                "the columns of a thing file are name, first_value, note"
            ),
            ("missing column", "note\na\n", "file.csv:1: column \"name\" is missing from the header"),
            (
                "same column twice", "name,note,NAME\na,1,b\n",
                "column \"NAME\" is there twice (first as \"name\"); keep one name column"
            ),
            ("alias of the same column", "name,label\na,1\n", "is there twice"),
            ("column without a name", ",name\n0,a\n", "has no name for column 1"),
            ("too few fields", "name,note\na\n", "file.csv:2: has 1 fields where the header has 2"),
            ("too many fields", "name,note\na,1\nb,2,3\n", "file.csv:3: has 3 fields"),
            (
                "quote never closed", "name,note\na,1\n\"b,2\nc,3\n",
                "file.csv:3: opens a double quote that is never closed"
            ),
            ("text after a quote", "name,note\n\"a\"b,1\n", "file.csv:2: has text after a closing double quote"),
            ("no rows", "name,note\n", "file.csv: has no rows; give at least one thing"),
            ("only blank lines", "\n \n", "is empty"),
            ("more than 256 fields", "name" + String(repeating: ",a", count: 300), "has more than 256 fields"),
            (
                "row longer than 16 MiB", "name\n\"" + String(repeating: "a", count: 17 << 20),
                "does not end within 16 MiB"
            ),
            ("JSON array", "[{\"name\":\"a\"}]", "begins a JSON array; give JSON Lines"),
            ("JSON unknown key", "{\"nam\":\"a\"}", "file.csv:1: key \"nam\" is unknown; did you mean \"name\"?"),
            ("JSON key twice", "{\"name\":\"a\",\"label\":\"b\"}", "key \"label\" is there twice"),
            ("JSON nested", "{\"name\":{}}", "has a value that is an object or an array at character 9"),
            ("JSON boolean", "{\"name\":true}", "has a value that is true or false"),
            ("JSON cut short", "{\"name\":\"a\"}\n{\"name\":\"b", "file.csv:2: ends within a text"),
            ("JSON without a brace", "{\"name\":\"a\"}\nname", "file.csv:2: is not a JSON object: expected {"),
            ("JSON rubbish behind", "{\"name\":\"a\"} x", "has text after the object"),
            ("JSON half a character", #"{"name":"\ud83d"}"#, "has half a character"),
            ("JSON bad escape", #"{"name":"\x41"}"#, "has an unknown escape"),
            ("JSON control character", "{\"name\":\"a\u{01}\"}", "has a control character"),
        ]) { _ = try self.read($0) }
        let byName = refusal("CSV named JSON Lines") { _ = try read("name\na\n", name: "file.jsonl") }
        XCTAssertTrue(byName.contains("is not JSON Lines"), byName)
    }

    func testRefusesWrongEncodingWithItsLine() {
        for (rule, head) in [("CSV", "name\na\n"), ("JSON Lines", "{\"name\":\"a\"}\n{\"name\":\"b\"}\n")] {
            let found = refusal(rule) {
                let tail = rule == "CSV" ? [0xE4, 0x0A] : Array("{\"name\":\"".utf8) + [0xE4] + Array("\"}".utf8)
                var records = try RecordReader(
                    file: InputFile(name: "file.csv", bytes: Array(head.utf8) + tail), schema: schema)
                while try records.next() {}
            }
            XCTAssertEqual(found, "file.csv:3: is not UTF-8 (wrong encoding); save the file as UTF-8", rule)
        }
    }
}
