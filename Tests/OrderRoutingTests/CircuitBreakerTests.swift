import SeededTesting
import TradingModel
import XCTest

@testable import OrderRouting

final class CircuitBreakerTests: XCTestCase {
    private static let rules = CircuitBreaker.Rules(errorBudget: 3, window_ms: 1_000, openFor_ms: 5_000, probes: 2)

    private func breaker(_ words: String, _ rules: CircuitBreaker.Rules = rules) -> CircuitBreaker {
        var breaker = CircuitBreaker(rules)
        play(words, on: &breaker)
        return breaker
    }

    /// `0e 100e 500a 600s 700u 800t`: an error, an answer, an order sent, one that did not leave, and time going by, with their times.
    private func play(_ words: String, on breaker: inout CircuitBreaker) {
        for word in words.split(separator: " ") {
            let time = Timestamp(ms: Int64(word.dropLast()) ?? 0)
            switch word.last {
            case "e": _ = breaker.noteError(at: time)
            case "a": _ = breaker.noteAnswer(at: time)
            case "s": breaker.noteSent(1)
            case "u": breaker.noteUnsent()
            default: _ = breaker.advance(to: time)
            }
        }
    }

    func testWhatItLetsThrough() {
        let cases: [(words: String, permit: CircuitBreaker.Permit, rule: String)] = [
            ("", .everything, "closed from the start"),
            ("0e 1e", .everything, "one error below the budget"),
            ("0e 1e 2e", .nothing, "the budget opens it"),
            ("0e 1e 999e", .nothing, "the oldest is within the window still"),
            ("0e 1e 1000e", .everything, "the oldest is out of the window"),
            ("0e 500a 501e 502a 503e", .nothing, "answers do not take errors back"),
            ("0e 1e 2e 5001t", .nothing, "a millisecond before its time"),
            ("0e 1e 2e 5002t", .probes(2), "open for as long as the rules say"),
            ("0e 1e 2e 3e 4000e 5002t", .probes(2), "errors while it is open do not keep it open"),
            ("0e 1e 2e 5002t 0s", .probes(1), "a probe is out"),
            ("0e 1e 2e 5002t 0s 0s", .nothing, "all probes are out"),
            ("0e 1e 2e 5002t 0s 0s 0s", .nothing, "exits go with their entries"),
            ("0e 1e 2e 5002t 0s 0s 0u", .probes(1), "a probe did not leave"),
            ("0e 1e 2e 5002t 0u", .probes(2), "no more probes than the rules say"),
            ("0e 1e 2e 5002t 5003a", .everything, "the first answer closes it"),
            ("0e 1e 2e 5002t 5003e", .nothing, "the first error opens it again"),
            ("0e 1e 2e 5002t 5003e 10002t", .nothing, "for the whole time"),
            ("0e 1e 2e 5002t 5003e 10003t", .probes(2), "and then half-open again"),
            ("0e 1e 2e 5002t 5003a 5004e 5005e", .everything, "a closed one begins with no errors"),
            ("0e 1e 2e 3a", .nothing, "a late answer does not close an open one"),
            ("100000e 100001e 100002e 10t", .nothing, "the clock was set back"),
            ("100000e 100001e 100002e 10t 5009t", .nothing, "the clock was set back, and the time is not over"),
            ("100000e 100001e 100002e 10t 5010t", .probes(2), "the clock was set back, and the time is over"),
        ]
        for (words, permit, rule) in cases { XCTAssertEqual(breaker(words).permit, permit, rule) }
    }

    func testItSaysWhenItChanges() {
        var breaker = breaker("0e 1e")
        XCTAssertTrue(breaker.noteError(at: Timestamp(ms: 2)))
        XCTAssertFalse(breaker.noteError(at: Timestamp(ms: 3)))
        XCTAssertFalse(breaker.advance(to: Timestamp(ms: 4)))
        XCTAssertFalse(breaker.noteAnswer(at: Timestamp(ms: 5)))
        XCTAssertTrue(breaker.advance(to: Timestamp(ms: 6_000)))
        XCTAssertEqual(breaker.changedAt, Timestamp(ms: 6_000))
        XCTAssertTrue(breaker.noteAnswer(at: Timestamp(ms: 6_001)))
        XCTAssertFalse(breaker.noteAnswer(at: Timestamp(ms: 6_002)))
    }

    /// The next process goes on from the record, with the errors that still count.
    func testGoesOnFromItsRecord() {
        let cases: [(words: String, errors: [Int64], next: String, permit: CircuitBreaker.Permit, rule: String)] = [
            ("0e 1e", [0, 1], "2e", .nothing, "errors of the last process count"),
            ("0e 1e", [0, 1], "1000e", .everything, "those that are too old do not"),
            ("0e 1e 2e", [0, 1, 2], "3t", .nothing, "open is open"),
            ("0e 1e 2e", [0, 1, 2], "5002t", .probes(2), "until its time"),
            ("0e 1e 2e 5002t 0s 0s", [0, 1, 2], "", .probes(2), "half-open has all its probes again"),
            ("0e 1e 2e 900t 2000t 5002t 5003a", [0, 1, 2], "5004e 5005e", .everything, "what closed it is over"),
        ]
        for (words, errors, next, permit, rule) in cases {
            let before = breaker(words)
            let hasRecord = before.changedAt.ms > 0
            var after = CircuitBreaker(
                Self.rules, hasRecord ? before.record : nil, errors: errors.map { Timestamp(ms: $0) })
            play(next, on: &after)
            XCTAssertEqual(after.permit, permit, rule)
        }
    }

    /// Whatever happens: between two changes of the breaker no more probes than the rules say; never open for longer than they say.
    func testRandomHistories() {
        for seed in RandomCases(defaultCount: 300) {
            var generator = SeededGenerator(seed: seed)
            let rules = CircuitBreaker.Rules(
                errorBudget: generator.number(1...4), window_ms: Int64(generator.number(1...50)),
                openFor_ms: Int64(generator.number(1...50)), probes: generator.number(1...3))
            var breaker = CircuitBreaker(rules)
            var (now, probes) = (Timestamp(ms: 1_000), 0)
            for _ in 0..<200 {
                now = now.adding(ms: Int64(generator.number(generator.chance(3) ? -30...0 : 0...20)))
                let before = breaker.state
                switch generator.number(0...4) {
                case 0: _ = breaker.noteError(at: now)
                case 1: _ = breaker.noteAnswer(at: now)
                case 2 where breaker.permit != .nothing:
                    if breaker.state == .halfOpen { probes += 1 }
                    breaker.noteSent(1)
                default: _ = breaker.advance(to: now)
                }
                if breaker.state != .halfOpen || before != .halfOpen { probes = 0 }
                XCTAssertLessThanOrEqual(probes, rules.probes, RandomCases.replay(seed))
                if case .open(let until) = breaker.state, breaker.advance(to: now) == false {
                    XCTAssertLessThanOrEqual(until.ms - now.ms, rules.openFor_ms + 30, RandomCases.replay(seed))
                }
            }
        }
    }
}
