import InputFiles
import TradingModel
import XCTest

@testable import ExecutionService

final class GatewayZonesTests: XCTestCase {
    func testZonesAreFoundByTheNamesThatGatewaysUse() throws {
        let zones = GatewayZones(local: .utc)
        let rows = [
            ("US/Eastern", "America/New_York"), ("America/New_York", "America/New_York"), ("GB", "Europe/London"),
            ("MET", "Europe/Berlin"), ("Asia/Tokyo", "Asia/Tokyo"), ("UTC", "UTC"),
        ]
        for (name, zone) in rows {
            XCTAssertEqual(zones.zone(named: name), try LocalTime.load(name: zone), name)
            XCTAssertEqual(zones.zone(named: name)?.name, zone, "the second time \(name) is asked for")
        }
    }

    func testAZoneThatTheSystemLacksStaysUnknown() {
        let zones = GatewayZones(local: .utc)
        for _ in 0..<2 { XCTAssertNil(zones.zone(named: "Middle/Earth")) }
    }
}
