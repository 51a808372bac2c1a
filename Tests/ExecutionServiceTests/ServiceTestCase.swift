import ExecutionService
import Foundation
import Storage
import TestSupport
import XCTest

/// Gives every test a folder of its own, and takes it away again.
class ServiceTestCase: XCTestCase {
    private var folderOfTest: TemporaryFolder?

    override func setUpWithError() throws { folderOfTest = try TemporaryFolder() }

    override func tearDownWithError() throws { try folderOfTest?.remove() }

    var folder: TemporaryFolder {
        get throws { try XCTUnwrap(folderOfTest) }
    }

    /// A historical database of the real bars, with their splits and dividends.
    func importExample() throws -> String {
        var request = BarImport(database: try folder.path("history.db"), files: [Fixtures.bars])
        request.corporateActions = Fixtures.corporateActions
        XCTAssertEqual(try request.run().bars.inserted, 12_154)
        return request.database
    }

    /// A gateway with the real bars from June 2012 on, whose next bar comes when somebody has ordered.
    func realBarsGateway() throws -> GatewayThread {
        var request = BarImport(database: try folder.path("history.db"), files: [Fixtures.bars])
        request.timeZone = "UTC"
        _ = try request.run()
        var options = GatewayOptions(bars: request.database)
        (options.port, options.controlPort) = (0, 0)
        options.from = "2012-06-01"
        options.pace = .whenOrdered(quiet_ms: 20)
        return try GatewayThread(options)
    }

    /// Nothing in a database contradicts itself.
    func assertVerified(_ path: String, file: StaticString = #filePath, line: UInt = #line) throws {
        let findings = try DatabaseVerifier(try Database.openForReading(path)).verify().filter {
            $0.severity == .broken
        }
        XCTAssertEqual(findings.map(\.description), [], file: file, line: line)
    }

    /// A query that looks for what must not be finds nothing.
    func assertNone(
        _ sql: String, in database: Database, _ rule: String, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        XCTAssertEqual(try database.rows(sql), [], rule, file: file, line: line)
    }
}
