import XCTest

/// The words of the command line, without any file.
final class HelpTests: CommandLineTestCase {
    private static let commands = [
        "init", "bars import", "bars list", "plan", "apply", "trades", "orders", "positions", "gap", "runs", "risk",
        "status",
        "verify", "halt", "resume", "flatten", "cancel-all", "export-ledger", "gateway",
    ]

    func testOverviewNamesEveryCommand() throws {
        for words in [["help"], ["--help"], ["-h"]] {
            let result = try execute(words)
            assertCode(0, result)
            assertContains(result.output, Self.commands)
            XCTAssertEqual(result.errors, "")
        }
        let bare = try execute()
        assertCode(64, bare)
        XCTAssertEqual(bare.output, "", "a script that forgot the command gets no help as its data")
        assertContains(bare.errors, ["Usage: execution COMMAND"])
    }

    func testEveryCommandHasAPage() throws {
        for command in Self.commands {
            let words = command.split(separator: " ").map(String.init)
            let page = try execute(words + ["--help"])
            assertCode(0, page)
            assertContains(
                page.output,
                ["execution \(command): ", "Usage: execution \(command)", "--db"].filter {
                    !["plan", "gateway"].contains(command) || $0 != "--db"
                })
            XCTAssertEqual(try execute(["help"] + words).output, page.output)
            let widest = page.output.split(separator: "\n").map(\.count).max() ?? 0
            XCTAssertLessThanOrEqual(widest, 120, "\(command): a line that wraps on a terminal")
        }
        assertContains(try execute("bars", "--help").output, ["execution bars import", "execution bars list"])
    }

    func testVersion() throws {
        let result = try execute("--version")
        assertCode(0, result)
        XCTAssertNotNil(result.output.wholeMatch(of: /execution \d+\.\d+\.\d+\n/))
    }

    func testUsageErrors() throws {
        let cases: [(words: String, message: String)] = [
            ("aply", "there is no command \"aply\"; did you mean apply?"),
            ("bogus", "there is no command \"bogus\""),
            ("bars", "execution bars needs one of: import, list"),
            ("bars lst", "there is no command \"bars lst\"; did you mean list?"),
            ("trades", "execution trades needs --db FILE: the database"),
            ("trades --db", "--db needs a value: --db FILE"),
            ("trades --db --format csv", "--db needs a value: --db FILE"),
            ("trades --db a.db --db b.db", "--db is given twice"),
            ("trades --db a.db --fromat csv", "execution trades has no option --fromat; did you mean --format?"),
            ("trades -db a.db", "execution trades has no option -db; did you mean --db?"),
            ("trades --db a.db b.db", "execution trades takes no argument \"b.db\""),
            (
                "trades --db a.db --format jsn",
                "--format \"jsn\" is not known; give table, csv, json. Did you mean json?"
            ),
            (
                "apply --mode trainig --db a.db --bars b.db --targets t.csv",
                "is not training or production; did you mean training?"
            ),
            ("apply --mode training --db a.db --bars b.db", "give either --targets FILE or --orders FILE"),
            (
                "apply --mode training --db a.db --bars b.db --targets t.csv --orders o.csv",
                "give either --targets FILE"
            ),
            ("apply --mode training --db a.db --bars a.db --targets t.csv", "--db and --bars are the same file"),
            (
                "apply --mode training --db a.db --bars b.db --targets t.csv --run-id=",
                "--run-id needs a name of 1 to 200 characters"
            ),
            ("bars import --db a.db", "needs at least one FILE"),
        ]
        for (words, message) in cases {
            let result = try execute(words.split(separator: " ").map(String.init))
            XCTAssertEqual(result.code, 64, words)
            XCTAssertEqual(result.output, "", words)
            assertContains(result.errors, [message, "execution: "])
        }
        XCTAssertFalse(try folder.has("a.db"))
    }
}
