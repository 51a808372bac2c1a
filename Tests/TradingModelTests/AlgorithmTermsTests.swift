import TradingModel
import XCTest

final class AlgorithmTermsTests: XCTestCase {
    func testReadsAndWritesEveryAlgorithm() throws {
        let cases: [(name: String, parameters: String, terms: AlgorithmTerms, text: String)] = [
            (
                "twap", "duration=6h30m slices=13", .twap(duration_ms: 23_400_000, slices: 13, finish: .cancel),
                "duration=6h30m slices=13 finish=cancel"
            ),
            (
                "TWAP", "slices=1; duration=90s; finish=MARKET", .twap(duration_ms: 90_000, slices: 1, finish: .market),
                "duration=1m30s slices=1 finish=market"
            ),
            (
                "vwap", "duration=1h slices=12", .vwap(duration_ms: 3_600_000, slices: 12, days: 20, finish: .cancel),
                "duration=1h slices=12 days=20 finish=cancel"
            ),
            (
                "vwap", "duration=5d slices=5 days=60",
                .vwap(duration_ms: 432_000_000, slices: 5, days: 60, finish: .cancel),
                "duration=5d slices=5 days=60 finish=cancel"
            ),
            (
                "pov", "share=0.1 duration=1h",
                .pov(shareE9: 100_000_000, interval_ms: 60_000, duration_ms: 3_600_000, finish: .cancel),
                "share=0.1 every=1m duration=1h finish=cancel"
            ),
            (
                "pov", "share=1 every=30s duration=366d",
                .pov(shareE9: 1_000_000_000, interval_ms: 30_000, duration_ms: 31_622_400_000, finish: .cancel),
                "share=1 every=30s duration=366d finish=cancel"
            ),
            (
                "iceberg", "display=100", .iceberg(display: Quantity(units: 100), duration_ms: nil, finish: .cancel),
                "display=100"
            ),
            (
                "iceberg", "display=0.5 duration=1h",
                .iceberg(display: Quantity(e8: 50_000_000), duration_ms: 3_600_000, finish: .cancel),
                "display=0.5 duration=1h finish=cancel"
            ),
            ("ibkr-adaptive", "", .ibkrAdaptive(.normal), "priority=normal"),
            ("ibkr_adaptive", "priority=urgent", .ibkrAdaptive(.urgent), "priority=urgent"),
            (
                "ibkr_twap", "duration=1h past_end=yes", .ibkrTWAP(duration_ms: 3_600_000, allowsPastEnd: true),
                "duration=1h past_end=yes"
            ),
            ("ibkr_twap", "", .ibkrTWAP(duration_ms: nil, allowsPastEnd: false), "past_end=no"),
            (
                "ibkr_vwap", "share=0.2", .ibkrVWAP(shareE9: 200_000_000, duration_ms: nil, allowsPastEnd: false),
                "share=0.2 past_end=no"
            ),
        ]
        for (name, parameters, terms, text) in cases {
            let read = try AlgorithmTerms(name: name, parameters: parameters)
            XCTAssertEqual(read, terms, "\(name) \(parameters)")
            XCTAssertEqual(read.parametersText, text)
            XCTAssertEqual(try AlgorithmTerms(name: read.name, parameters: text), terms, "read again")
        }
    }

    func testRefusals() {
        let cases: [(name: String, parameters: String, parameter: String?, problem: String)] = [
            ("twapp", "", nil, "is not an algorithm"),
            ("twap", "slices=3", "duration", "is missing, and twap needs it"),
            ("twap", "duration=1h", "slices", "is missing, and twap needs it"),
            ("twap", "duration=1h slices=0", "slices", "is not accepted for slices"),
            ("twap", "duration=1h slices=+3", "slices", "is not accepted for slices"),
            ("twap", "duration=10s slices=11", "slices", "is not accepted for slices"),
            ("twap", "duration=367d slices=3", "duration", "is not accepted for duration"),
            ("twap", "duration=30m6h slices=3", "duration", "is not accepted for duration"),
            ("twap", "duration=60 slices=3", "duration", "is not accepted for duration"),
            ("twap", "duration=1h slices=3 slices=4", "slices", "is there twice"),
            ("twap", "duration=1h slices=3 display=5", "display", "is not a parameter of twap"),
            ("twap", "duration=1h slices=3 fast", "fast", "is no parameter with a value"),
            ("twap", "duration=1h slices=3 finish=later", "finish", "is not accepted for finish"),
            ("pov", "duration=1h", "share", "is missing, and pov needs it"),
            ("pov", "share=0 duration=1h", "share", "is not accepted for share"),
            ("pov", "share=1.01 duration=1h", "share", "is not accepted for share"),
            ("pov", "share=0.1", "duration", "is missing, and pov needs it"),
            ("iceberg", "", "display", "is missing, and iceberg needs it"),
            ("iceberg", "display=-1", "display", "is not accepted for display"),
            ("iceberg", "display=5 finish=market", "finish", "is given without a duration, so nothing ends"),
            ("ibkr_adaptive", "priority=fast", "priority", "is not accepted for priority"),
            ("ibkr_twap", "past_end=1", "past_end", "is not accepted for past_end"),
        ]
        for (name, parameters, parameter, problem) in cases {
            XCTAssertThrowsError(try AlgorithmTerms(name: name, parameters: parameters), "\(name) \(parameters)") {
                error in
                let error = error as? AlgorithmTextError
                XCTAssertEqual(error?.parameter, parameter, "\(name) \(parameters)")
                XCTAssertEqual(error?.problem, problem, "\(name) \(parameters)")
                XCTAssertFalse(error?.accepted.isEmpty ?? true)
            }
        }
    }

    func testDurations() {
        let cases: [(text: String, ms: Int64?)] = [
            ("1s", 1_000), ("90m", 5_400_000), ("1d2h3m4s", 93_784_000), ("366d", 31_622_400_000),
            ("", nil), ("5", nil), ("s", nil), ("1h1h", nil), ("1m1h", nil), ("-1s", nil), ("1.5h", nil),
            ("366d1s", nil),
            ("9999999999s", nil), ("1h ", nil), ("١s", nil),
        ]
        for (text, ms) in cases { XCTAssertEqual(DurationText.parse(text), ms, text) }
        for (text, ms) in cases { if let ms { XCTAssertEqual(DurationText.parse(DurationText.format(ms)), ms, text) } }
    }
}
