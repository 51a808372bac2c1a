import InputFiles
import RiskControl
import Storage
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

final class AggressivenessTests: ServiceTestCase {
    private func read(_ text: String) throws -> Configuration {
        try Configuration.read(InputFile(name: "c.json5", bytes: Array(text.utf8)))
    }

    func testTheSectionIsReadAndWritten() throws {
        let text = """
            { aggressiveness: { level: "elevated", normal: { style: "passive", offset_bps: 12.5 },
              elevated: { style: "mid" }, emergency: { style: "market", offset_bps: 100 }, emergency_reduces_only: true } }
            """
        let configuration = try read(text)
        var expected = Aggressiveness()
        expected.level = .elevated
        expected.normal = PricingStyle(.passive, offsetE9: 1_250_000)
        expected.elevated = PricingStyle(.mid)
        expected.emergency = PricingStyle(.market, offsetE9: 10_000_000)
        expected.emergencyReducesOnly = true
        XCTAssertEqual(configuration.aggressiveness, expected)
        let written = try configuration.canonicalJSON()
        XCTAssertEqual(try read(written).aggressiveness, expected)
        XCTAssertFalse(try read("{}").canonicalJSON().contains("aggressiveness"), "no other run than before")
    }

    /// One rule a line: the configuration, and what is said of it.
    func testContradictions() {
        let rules: [(text: String, message: String)] = [
            (
                "{ aggressiveness: {\nnormal: {\nstyle: 'mid',\noffset_bps: 5 } } }",
                "c.json5:4: aggressiveness.normal.offset_bps \"5\" contradicts aggressiveness.normal.style on line 3, which has no offset"
            ),
            (
                "{ aggressiveness: { elevated: { offset_bps: 5 } } }",
                "contradicts aggressiveness.elevated.style, which has its default, which has no offset"
            ),
            (
                "{ aggressiveness: { emergency: { style: 'market' } } }",
                "needs aggressiveness.emergency.offset_bps"
            ),
            (
                "{ risk: { price_collar: 0.01 },\naggressiveness: { elevated: { style: 'marketable', offset_bps: 101 } } }",
                "contradicts risk.price_collar on line 1, which lets no limit price be that far beyond the market"
            ),
            ("{ aggressiveness: { normal: { style: 'marketabel' } } }", "did you mean \"marketable\"?"),
            ("{ aggressiveness: { level: 'ELEVATED' } }", "aggressiveness.level \"ELEVATED\" is not accepted"),
            (
                "{ aggressiveness: { normal: { style: 'passive', offset_bps: 5001 } } }",
                "aggressiveness.normal.offset_bps \"5001\" is out of range"
            ),
            ("{ aggressiveness: { panic: {} } }", "panic is an unknown key"),
        ]
        for (text, message) in rules {
            XCTAssertThrowsError(try read(text), text) { error in
                XCTAssertTrue("\(error)".contains(message), "\(error)")
            }
        }
        XCTAssertNoThrow(
            try read(
                "{ risk: { price_collar: 0.01 }, aggressiveness: { elevated: { style: 'marketable', offset_bps: 100 } } }"
            ))
    }

    /// About once a second, and only news; what cannot be read changes nothing.
    func testTheWatch() throws {
        let folder = try TemporaryFolder()
        defer { try? folder.remove() }
        let path = folder.path("runtime.db")
        let database = try Database.openForWriting(path, durability: .full)
        var told: [String] = []
        let watch = try AggressivenessWatch(path) { told.append($0) }
        XCTAssertNil(watch.look(at: 0), "nothing is set")
        try AggressivenessChange(scope: .ticker("AAPL"), level: .emergency, reason: "r", setBy: "t").record(
            in: path, at: Timestamp(ms: 0))
        XCTAssertNil(watch.look(at: 999), "not yet")
        XCTAssertEqual(watch.look(at: 1_000), AggressivenessLevels(tickers: ["AAPL": .emergency]))
        XCTAssertNil(watch.look(at: 2_000), "no news")
        try AggressivenessChange(scope: .all, level: .elevated, reason: "r", setBy: "t").record(
            in: path, at: Timestamp(ms: 0))
        XCTAssertEqual(watch.look(at: 3_000)?.all, .elevated)
        XCTAssertEqual(told, [])
        withExtendedLifetime(database) {}
    }
}
