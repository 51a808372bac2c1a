import Foundation
import InputFiles
import XCTest

@testable import ExecutionService

/// A configuration broken at any byte is read or refused with an `InputError`, and never ends the process.
final class ConfigurationRobustnessTests: XCTestCase {
    private let text = """
        { account: { cash: 1e6, 'currency': "USD" }, // comment
          simulation: { volume_limit: .10, slippage: {model: "fixed_bps", bps: 5}, /* x */ preset: null, },
          production: { timeout: "30m", cash_buffer: .02 }, time_zone: "UTC" }
        """

    func testEveryPrefixAndEveryByte() {
        let valid = Array(text.utf8)
        for place in valid.indices {
            var inputs = [Array(valid[..<place])]
            for byte in Array("\"'{}[]:,/*\\ \n-+.0eNx".utf8) + [0, 0xFF] {
                var changed = valid
                changed[place] = byte
                inputs.append(changed)
            }
            for bytes in inputs {
                do { _ = try Configuration.read(InputFile(name: "c", bytes: bytes)) } catch {
                    XCTAssertFalse(error.problems.isEmpty)
                }
            }
        }
    }
}
