import Foundation
import TestSupport
import XCTest

/// Files that a new user gets wrong: a clear error, exit code 2, and nothing written.
final class BadInputTests: CommandLineTestCase {
    /// One mistake: a file, and what the message has to name.
    private struct Mistake {
        let name: String
        let text: String
        let message: [String]

        init(_ name: String, _ text: String, _ message: String...) {
            self.name = name
            self.text = text
            self.message = message
        }
    }

    private func assertRefused(
        _ mistakes: [Mistake], as option: String, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        try importExample()
        let history = try folder.bytes("history.db")
        for mistake in mistakes {
            try folder.write(mistake.text, to: "bad.csv")
            let result = try apply(option, "bad.csv")
            XCTAssertEqual(result.code, 2, "\(mistake.name): \(result.errors)", file: file, line: line)
            XCTAssertEqual(result.output, "", mistake.name, file: file, line: line)
            XCTAssertTrue(result.errors.hasPrefix("execution: "), mistake.name, file: file, line: line)
            assertContains(result.errors, mistake.message, file: file, line: line)
            XCTAssertFalse(try folder.has("training.db"), mistake.name, file: file, line: line)
        }
        XCTAssertEqual(try folder.bytes("history.db"), history, "the bars were written to", file: file, line: line)
    }

    func testTargets() throws {
        let quantity = "as_of,ticker,target_quantity\n"
        let weight = "as_of,ticker,target_weight\n"
        let number = "give a decimal such as 100"
        try assertRefused(
            [
                Mistake(
                    "unknown ticker", quantity + "2005-03-01,APPL,1\n",
                    "bad.csv:2: ticker \"APPL\" has no bars in history.db", "did you mean \"AAPL\"?",
                    "there are AAPL, FB, GOOG"),
                Mistake(
                    "before the first bar", quantity + "1999-03-01,AAPL,1\n",
                    "bad.csv:2: as_of \"1999-03-01\" is before the first bar", "from 2000-03-01 to 2013-03-01"),
                Mistake(
                    "before a ticker's own first bar", quantity + "2005-03-01,FB,1\n",
                    "bad.csv:2: as_of \"2005-03-01\" is before the first bar of FB", "from 2012-05-18 to 2013-03-01"),
                Mistake(
                    "after the last bar", quantity + "2013-03-02,AAPL,1\n",
                    "bad.csv:2: as_of \"2013-03-02\" is after the last bar", "from 2000-03-01 to 2013-03-01"),
                Mistake(
                    "NaN", quantity + "2005-03-01,AAPL,NaN\n",
                    "bad.csv:2: target_quantity \"NaN\" is not a number", number),
                Mistake(
                    "infinity", quantity + "2005-03-01,AAPL,-Infinity\n",
                    "bad.csv:2: target_quantity \"-Infinity\" is not a number", number),
                Mistake(
                    "1e400", quantity + "2005-03-01,AAPL,1e400\n",
                    "bad.csv:2: target_quantity \"1e400\" is too large", "92233720368.54775807"),
                Mistake(
                    "overflow", quantity + "2005-03-01,AAPL,92233720368.54775808\n",
                    "bad.csv:2: target_quantity \"92233720368.54775808\" is too large", "92233720368.54775807"),
                Mistake(
                    "negative price", "as_of,ticker,target_quantity,limit_price\n2005-03-01,AAPL,1,-44\n",
                    "bad.csv:2: limit_price \"-44\" is not a price above zero", "give a price such as"),
                Mistake(
                    "reference price of zero", "as_of,ticker,target_weight,reference_price\n2005-03-01,AAPL,1,0\n",
                    "bad.csv:2: reference_price \"0\" is not a price above zero"),
                Mistake(
                    "duplicate", weight + "2005-03-01,AAPL,0.5\n2005-03-01,AAPL,0.6\n",
                    "bad.csv:3: ticker \"AAPL\" has a target for the same as_of on line 2"),
                Mistake(
                    "weight and quantity", "as_of,ticker,target_weight,target_quantity\n2005-03-01,AAPL,1,5\n",
                    "bad.csv:2: target_weight \"1\" is given together with target_quantity \"5\"", "exactly one of"),
                Mistake(
                    "no size at all", "as_of,ticker,target_weight,target_quantity\n2005-03-01,AAPL,,\n",
                    "bad.csv:2: ticker \"AAPL\" has no target size"),
                Mistake(
                    "misspelt column", "as_of,tickr,target_weight\n2005-03-01,AAPL,1\n",
                    "bad.csv:1: column \"tickr\" is unknown; did you mean \"ticker\"?"),
                Mistake(
                    "unknown column", "as_of,ticker,target_weight,colour\n2005-03-01,AAPL,1,red\n",
                    "bad.csv:1: column \"colour\" is unknown; the columns of a target file are as_of, ticker"),
                Mistake(
                    "no such date", weight + "2005-02-30,AAPL,1\n",
                    "bad.csv:2: as_of \"2005-02-30\" is a date that does not exist", "give a date (2005-02-28)"),
                Mistake(
                    "date of another country", weight + "01/03/2005,AAPL,1\n",
                    "bad.csv:2: as_of \"01/03/2005\" is not a date or a time"),
                Mistake(
                    "missing fields", weight + "2005-03-01,AAPL\n", "bad.csv:2: has 2 fields where the header has 3"),
                Mistake(
                    "GTD", "as_of,ticker,target_weight,time_in_force\n2005-03-01,AAPL,1,GTD\n",
                    "bad.csv:2: time_in_force \"GTD\" needs a date"),
                Mistake(
                    "several at once", quantity + "2005-03-01,AAPL,x\n2005-03-01,IBM,1\n2005-03-02,IBM,y\n",
                    "bad.csv:2: target_quantity \"x\"", "bad.csv:4: target_quantity \"y\""),
                Mistake("header alone", weight, "bad.csv: has no rows; give at least one target"),
                Mistake("empty", "", "bad.csv: is empty; give a file with rows"),
            ], as: "--targets")
    }

    func testOrders() throws {
        let header =
            "as_of,order_ref,ticker,side,quantity,order_type,limit_price,stop_price,time_in_force,good_till,parent_ref\n"
        try assertRefused(
            [
                Mistake(
                    "unknown ticker", header + "2005-03-01,a,MSTF,BUY,1,,,,,,\n",
                    "bad.csv:2: ticker \"MSTF\" has no bars", "did you mean \"MSFT\"?"),
                Mistake(
                    "after the last bar", header + "2014-03-01,a,MSFT,BUY,1,,,,,,\n",
                    "bad.csv:2: as_of \"2014-03-01\" is after the last bar of MSFT"),
                Mistake("side", header + "2005-03-01,a,MSFT,HOLD,1,,,,,,\n", "bad.csv:2: side \"HOLD\"", "BUY"),
                Mistake(
                    "negative quantity", header + "2005-03-01,a,MSFT,BUY,-1,,,,,,\n",
                    "bad.csv:2: quantity \"-1\" is not a quantity above zero"),
                Mistake(
                    "1e400", header + "2005-03-01,a,MSFT,BUY,1e400,,,,,,\n",
                    "bad.csv:2: quantity \"1e400\" is too large"),
                Mistake(
                    "NaN price", header + "2005-03-01,a,MSFT,BUY,1,LIMIT,nan,,,,\n",
                    "bad.csv:2: limit_price \"nan\" is not a number"),
                Mistake(
                    "limit without price", header + "2005-03-01,a,MSFT,BUY,1,LIMIT,,,,,\n", "bad.csv:2: limit_price"),
                Mistake(
                    "misspelt type", header + "2005-03-01,a,MSFT,BUY,1,LIMT,5,,,,\n",
                    "bad.csv:2: order_type \"LIMT\"", "did you mean \"LIMIT\""),
                Mistake(
                    "GTD without date", header + "2005-03-01,a,MSFT,BUY,1,MARKET,,,GTD,,\n", "bad.csv:2: ", "good_till"),
                Mistake(
                    "same reference twice", header + "2005-03-01,a,MSFT,BUY,1,,,,,,\n2005-03-02,a,MSFT,BUY,1,,,,,,\n",
                    "bad.csv:3: order_ref \"a\" names another order on line 2 too"),
                Mistake(
                    "orphan", header + "2005-03-01,a,MSFT,SELL,1,LIMIT,50,,GTC,,nobody\n",
                    "bad.csv:2: parent_ref \"nobody\""),
            ], as: "--orders")
    }

    func testBars() throws {
        let header = "ticker,date,open,high,low,close,volume\n"
        let good = "AAPL,2005-02-28,10,11,9,10,1000\n"
        let cases = [
            Mistake(
                "high below close", header + "AAPL,2005-02-28,10,10,9,10.5,1000\n",
                "bad.csv:2: high \"10\" is below the close 10.5"),
            Mistake(
                "negative price", header + "AAPL,2005-02-28,10,11,-9,10,1000\n",
                "bad.csv:2: low \"-9\" is not a price above zero"),
            Mistake(
                "infinity", header + "AAPL,2005-02-28,10,inf,9,10,1000\n", "bad.csv:2: high \"inf\" is not a number"),
            Mistake("duplicate", header + good + good, "bad.csv:3: timestamp \"2005-02-28\" is there twice for AAPL"),
            Mistake(
                "out of order", header + good + "AAPL,2005-02-25,10,11,9,10,1000\n",
                "bad.csv:3: timestamp \"2005-02-25\" comes after"),
            Mistake(
                "negative volume", header + "AAPL,2005-02-28,10,11,9,10,-1\n", "bad.csv:2: volume \"-1\" is negative"),
            Mistake(
                "no close", "ticker,date,open,high,low,volume\nAAPL,2005-02-28,10,11,9,1000\n",
                "bad.csv:1: column \"close\" is missing"),
            Mistake("empty", "", "bad.csv: is empty"),
        ]
        for mistake in cases {
            try folder.write(mistake.text, to: "bad.csv")
            for words in [["bad.csv"], ["--interval", "1d", "bad.csv"]] {
                let result = try execute(["bars", "import", "--db", "history.db"] + words)
                XCTAssertEqual(result.code, 2, mistake.name)
                assertContains(result.errors, mistake.message)
                XCTAssertEqual(try visibleFiles(), ["bad.csv"], mistake.name)
            }
        }
    }

    /// One bad file among good ones, or bad splits beside good bars: nothing of either is kept.
    func testImportIsWholeOrNothing() throws {
        try folder.write("ticker,date,open,high,low,close,volume\nGOOD,2005-02-28,10,11,9,10,1000\n", to: "good.csv")
        try folder.write("ticker,date,open,high,low,close,volume\nBAD,2005-02-28,10,9,9,10,1000\n", to: "bad.csv")
        try folder.write("ticker,ex_date,kind,value\nGOOD,2005-02-28,split,-2\n", to: "actions.csv")
        let attempts = [
            ["good.csv", "bad.csv"], ["--interval", "1d", "good.csv", "bad.csv"],
            ["good.csv", "--actions", "actions.csv"],
        ]
        for words in attempts {
            assertCode(2, try execute(["bars", "import", "--db", "history.db"] + words))
            XCTAssertEqual(try visibleFiles(), ["actions.csv", "bad.csv", "good.csv"])
        }
        try importExample()
        let before = try DatabaseDump(folder.path("history.db"))
        for words in attempts {
            assertCode(2, try execute(["bars", "import", "--db", "history.db"] + words))
            XCTAssertNil(before.difference(from: try DatabaseDump(folder.path("history.db"))))
        }
        try folder.write("ticker,date,open,high,low,close,volume\nAAPL,2000-03-01,10,11,9,10,1000\n", to: "other.csv")
        let contradiction = try execute("bars", "import", "--db", "history.db", "other.csv")
        assertCode(2, contradiction)
        assertContains(contradiction.errors, ["AAPL 2000-03-01", "the database has open 118.56, the import has 10"])
    }

    func testFilesThatAreNone() throws {
        try importExample()
        let zipped = try Data(contentsOf: URL(fileURLWithPath: Fixtures.bars))
        try folder.write(zipped.prefix(20), to: "truncated.csv.gz")
        try folder.write(zipped.prefix(100_000), to: "half.csv.gz")
        try folder.write(Data([0xFF, 0xFE]) + Data("as_of".utf16.flatMap { [UInt8($0 & 255), 0] }), to: "utf16.csv")
        try folder.write(Data("as_of,ticker,target_weight\n2005-03-01,".utf8) + Data([0xC4, 0x0A]), to: "latin1.csv")
        try FileManager.default.createDirectory(
            at: try folder.url.appendingPathComponent("sub"), withIntermediateDirectories: true)
        let cases: [(path: String, message: String)] = [
            ("truncated.csv.gz", "truncated.csv.gz: is truncated gzip: it ends at byte 20"),
            ("utf16.csv", "utf16.csv:1: is UTF-16 (wrong encoding); save it as UTF-8"),
            ("sub", "sub: is a directory; give a file"),
            ("absent.csv", "absent.csv: does not exist"),
        ]
        for (path, message) in cases {
            for words in [
                ["apply", "--mode", "training", "--db", "training.db", "--bars", path, "--targets", Fixtures.targets],
                applyWords(["--targets", path]), applyWords(["--orders", path]),
                applyWords(["--targets", Fixtures.targets, "--actions", path]),
                applyWords(["--targets", Fixtures.targets, "--instruments", path]),
                applyWords(["--targets", Fixtures.targets, "--config", path]),
                ["plan", "--mode", "training", "--bars", "history.db", "--targets", path],
                ["bars", "import", "--db", "training.db", path],
            ] {
                let result = try execute(words)
                XCTAssertEqual(result.code, 2, words.joined(separator: " "))
                assertContains(result.errors, [message])
                XCTAssertFalse(try folder.has("training.db"), words.joined(separator: " "))
            }
        }
        let half = try execute("bars", "import", "--db", "training.db", "half.csv.gz")
        assertCode(2, half)
        assertContains(half.errors, ["half.csv.gz: is truncated gzip: it ends at byte 100000"])
        let latin1 = try apply("--targets", "latin1.csv")
        assertCode(2, latin1)
        assertContains(latin1.errors, ["latin1.csv:2: is not UTF-8 (wrong encoding)"])
    }

    func testConfiguration() throws {
        try importExample()
        let cases: [(text: String, message: String)] = [
            ("{ simulation: { volume_limt: 0.1 } }", "simulation.volume_limt"),
            ("{ account: { cash: -1 } }", "account.cash \"-1\""),
            ("{ account: { cash: NaN } }", "account.cash"),
            ("{ account: { cash: 1e400 } }", "account.cash"),
            ("{ record: \"ful\" }", "record \"ful\""),
            ("{ record: \"full\"", "execution.json:1"),
            ("", "execution.json: is empty"),
        ]
        for (text, message) in cases {
            try folder.write(text, to: "execution.json")
            let result = try apply("--targets", Fixtures.targets, "--config", "execution.json")
            XCTAssertEqual(result.code, 2, text + result.errors)
            assertContains(result.errors, ["execution.json", message])
            XCTAssertFalse(try folder.has("training.db"), text)
        }
    }

    /// Splits on bars that are adjusted for them already would count twice.
    func testSplitsOnAdjustedBars() throws {
        try folder.write(
            "ticker,date,open,high,low,close,volume\nX,2005-02-25,10,11,9,10,1000\nX,2005-02-28,10,11,9,10,1000\n",
            to: "bars.csv")
        try folder.write("ticker,ex_date,kind,value\nX,2005-02-28,split,2\n", to: "actions.csv")
        try folder.write("as_of,ticker,target_quantity\n2005-02-25,X,1\n", to: "targets.csv")
        let result = try execute(
            "apply", "--mode", "training", "--db", "training.db", "--bars", "bars.csv", "--targets", "targets.csv",
            "--actions", "actions.csv")
        assertCode(2, result)
        assertContains(result.errors, ["actions.csv: X splits 2:1 on 2005-02-28", "adjusted already"])
        XCTAssertFalse(try folder.has("training.db"))
    }

    /// What overflows only on the way fails the run, says so, and leaves books that add up.
    func testOverflowOnTheWay() throws {
        try importExample()
        try folder.write("as_of,ticker,target_quantity\n2005-03-01,AAPL,9e10\n", to: "huge.csv")
        try folder.write("{ account: { cash: 1e12 }, simulation: { volume_limit: null } }", to: "rich.json")
        let result = try apply("--targets", "huge.csv", "--config", "rich.json", "--run-id", "huge")
        assertCode(1, result)
        assertContains(result.errors, ["run huge failed: an amount of money does not fit its number type"])
        let runs = try execute("runs", "--db", "training.db")
        assertContains(runs.output, ["FAILED", "an amount of money does not fit its number type"])
        try assertVerified("training.db")
    }

    /// What overflows already as it is planned is denied, with its reason.
    func testNotionalOverflow() throws {
        try importExample()
        try folder.write("as_of,ticker,target_quantity,limit_price\n2005-03-01,AAPL,9e10,9e10\n", to: "huge.csv")
        assertCode(1, try apply("--targets", "huge.csv"))
        assertContains(try execute("gap", "--db", "training.db").output, ["90000000000  notional_overflow  DENIED"])
        try assertVerified("training.db")
    }

    func testOddWords() throws {
        try importExample()
        let cases: [(words: [String], message: String)] = [
            (["--interval", "5m"], "history.db has no bars of 5m, only of 1d"),
            (["--interval", "soon"], "--interval \"soon\" is not an interval; give one such as 1d"),
        ]
        for (words, message) in cases {
            let result = try execute(applyWords(["--targets", Fixtures.targets] + words))
            XCTAssertEqual(result.code, 2, words.joined(separator: " "))
            assertContains(result.errors, [message])
        }
        let production = try execute(
            "apply", "--mode", "production", "--db", "training.db", "--actions", "splits.csv", "--targets",
            Fixtures.targets)
        assertCode(64, production)
        assertContains(production.errors, ["--actions does not go with --mode production"])
        let batch = try execute(
            "plan", "--mode", "training", "--bars", "history.db", "--targets", Fixtures.targets, "--as-of", "2012")
        assertCode(2, batch)
        assertContains(batch.errors, ["nothing is decided as of \"2012\"; batches go from 2000-08-31 to 2013-02-28"])
        XCTAssertFalse(try folder.has("training.db"))
    }

    /// The files of the test, its captured output aside.
    private func visibleFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { !$0.hasPrefix(".") }.sorted()
    }
}
