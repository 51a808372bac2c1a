import Foundation
import TradingModel
import XCTest

@testable import ExecutionService

final class HookProcessTests: ServiceTestCase {
    private func run(
        _ words: [String], input: String = "", _ environment: [String: String] = [:], timeout_ms: Int64 = 5_000
    ) -> HookProcess.Outcome {
        HookProcess(
            words: words, environment: environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own },
            timeout_ms: timeout_ms
        ).run(input: Array(input.utf8))
    }

    func testHowCommandsEnd() {
        let cases: [(words: [String], outcome: HookProcess.Outcome)] = [
            (["true"], .succeeded), (["/bin/sh", "-c", "exit 0"], .succeeded),
            (["false"], .failed("exit code 1")), (["/bin/sh", "-c", "exit 7"], .failed("exit code 7")),
            (
                ["/bin/sh", "-c", "echo one; echo two >&2; exit 3"],
                .failed("exit code 3: one two")
            ),
            (["/bin/sh", "-c", "kill -9 $$"], .failed("signal 9 ended it")),
            (["no-such-program-here"], .failed("no-such-program-here cannot be run: No such file or directory")),
            (["/tmp"], .failed("/tmp cannot be run: Permission denied")),
        ]
        for (words, outcome) in cases { XCTAssertEqual(run(words), outcome, "\(words)") }
    }

    /// The kernel forgets children at once then; the command has not run longer than it did.
    func testWhereTheEndsOfChildrenAreIgnored() {
        let former = signal(SIGCHLD, SIG_IGN)
        defer { signal(SIGCHLD, former) }
        let begin = Date()
        XCTAssertEqual(
            run(["/bin/sh", "-c", "echo said"], timeout_ms: 60_000),
            .failed("how it ended is not known, because this process ignores SIGCHLD: said"))
        XCTAssertLessThan(Date().timeIntervalSince(begin), 20)
    }

    /// Nothing of the words is a shell's business.
    func testNoShellWithoutOne() throws {
        let path = try folder.path("out")
        XCTAssertEqual(run(["/bin/sh", "-c", "printf '%s' \"$1\" > \(path)", "sh", "$(id); `id` > x"]), .succeeded)
        XCTAssertEqual(try folder.bytes("out"), Data("$(id); `id` > x".utf8))
    }

    func testInputAndEnvironment() throws {
        let path = try folder.path("out")
        XCTAssertEqual(
            run(["/bin/sh", "-c", "cat > \(path); printf '%s' \"$WHO\" >> \(path)"], input: "hello\n", ["WHO": "me"]),
            .succeeded)
        XCTAssertEqual(try folder.bytes("out"), Data("hello\nme".utf8))
        let large = String(repeating: "x", count: HookProcess.longestInput)
        XCTAssertEqual(run(["/bin/sh", "-c", "cat > \(path)"], input: large), .succeeded)
        XCTAssertEqual(try folder.bytes("out")?.count, HookProcess.longestInput)
        XCTAssertNotEqual(run(["true"], input: large + "x"), .succeeded, "more is not given")
    }

    /// A command that does not read its input, and one that closes its output, break nothing here.
    func testInputThatNobodyReads() {
        XCTAssertEqual(run(["true"], input: String(repeating: "x", count: 50_000)), .succeeded)
        XCTAssertEqual(run(["/bin/sh", "-c", "exec >&- 2>&- <&-; sleep 0.1; exit 4"]), .failed("exit code 4"))
    }

    func testOutputWithoutEndIsNotKept() {
        let outcome = run(["/bin/sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' y; exit 5"])
        guard case .failed(let why) = outcome else { return XCTFail("\(outcome)") }
        XCTAssertTrue(why.hasPrefix("exit code 5: yyy"), why)
        XCTAssertLessThan(why.utf8.count, 500)
    }

    func testATimeThatIsOver() throws {
        let begin = Date()
        let path = try folder.path("late")
        let outcome = run(["/bin/sh", "-c", "echo waiting; sleep 60; touch \(path)"], timeout_ms: 200)
        XCTAssertEqual(outcome, .failed("it took longer than 200 ms and was ended: waiting"))
        XCTAssertLessThan(Date().timeIntervalSince(begin), 5)
    }

    /// Its children end with it, also where they do not listen.
    func testEverythingItStartedEnds() throws {
        let path = try folder.path("pid")
        let line = "trap '' TERM; sleep 60 & echo $! > \(path); wait; sleep 60"
        guard case .failed = run(["/bin/sh", "-c", line], timeout_ms: 300) else { return XCTFail() }
        let pid = try XCTUnwrap(
            Int32(String(decoding: try XCTUnwrap(try folder.bytes("pid")), as: UTF8.self).dropLast()))
        let deadline = Date(timeIntervalSinceNow: 5)
        while isThere(pid), Date() < deadline { usleep(20_000) }
        XCTAssertFalse(isThere(pid), "the child of the command lives")
    }

    /// Whether a process runs; one that nobody has waited for is gone.
    private func isThere(_ pid: Int32) -> Bool {
        let status = FileManager.default.contents(atPath: "/proc/\(pid)/stat").map {
            String(decoding: $0, as: UTF8.self)
        }
        return status.map { !$0.contains(") Z ") } ?? false
    }
}

final class RetryBackoffTests: XCTestCase {
    func testPauses() {
        let backoff = RetryBackoff(first_ms: 1_000, longest_ms: 60_000)
        let cases: [(failures: Int, random: UInt64, pause_ms: Int64)] = [
            (1, 0, 1_000), (1, 500, 500), (1, 501, 1_000), (2, 0, 2_000), (2, 1_000, 1_000), (6, 0, 32_000),
            (7, 0, 60_000), (7, 30_000, 30_000), (100, 0, 60_000), (.max, 0, 60_000), (0, 0, 1_000),
        ]
        for (failures, random, pause_ms) in cases {
            XCTAssertEqual(
                backoff.pause_ms(afterFailure: failures, random: random), pause_ms, "failure \(failures), \(random)")
        }
        for failures in 1...70 {
            let whole = min(60_000, failures > 20 ? 60_000 : 1_000 << (failures - 1))
            let pause_ms = backoff.pause_ms(afterFailure: failures, random: .random(in: 0...UInt64.max))
            XCTAssertTrue((Int64(whole - whole / 2)...Int64(whole)).contains(pause_ms), "\(failures): \(pause_ms)")
        }
        XCTAssertEqual(RetryBackoff(first_ms: 5_000, longest_ms: 100).pause_ms(afterFailure: 1, random: 0), 100)
    }
}

final class SecretRedactorTests: XCTestCase {
    func testWhatIsBlottedOut() {
        let redactor = SecretRedactor([
            "BROKER_API_KEY": "abcd1234", "slack_token": "xoxb", "DB_PASSWORD": "abcd", "PIN_SECRET": "123",
            "EMPTY_KEY": "", "HOME": "/root", "KEYBOARD": "qwertz",
        ])
        let cases: [(text: String, redacted: String)] = [
            ("key abcd1234 is wrong", "key ••• is wrong"), ("xoxbxoxb", "••••••"), ("abcd", "•••"), ("123", "123"),
            ("/root qwertz", "/root qwertz"), ("", ""), ("abcd1234abcd", "••••••"),
        ]
        for (text, redacted) in cases { XCTAssertEqual(redactor.redacted(text), redacted, text) }
        XCTAssertTrue(SecretRedactor.isSecret("IBKR_PASSWORD"))
        XCTAssertFalse(SecretRedactor.isSecret("EXEC_DRY_RUN"))
    }

    func testLogLines() throws {
        let line = LogLine(
            .critical, "said \"s3cret\"\nagain", code: "broker_away", runID: "r 1", decisionID: nil, orderKey: "K1")
        let secrets = SecretRedactor(["A_TOKEN": "s3cret"])
        let time = Timestamp(ms: 0)
        XCTAssertEqual(
            LogFormat.json.text(of: line, at: time, redacting: secrets),
            #"{"time":"1970-01-01T00:00:00.000Z","level":"critical","message":"said \"•••\"\nagain","code":"broker_away","#
                + #""run_id":"r 1","order_key":"K1"}"#)
        XCTAssertEqual(
            LogFormat.text.text(of: line, at: time, redacting: secrets),
            "1970-01-01T00:00:00.000Z said \"•••\"\nagain")
    }
}
