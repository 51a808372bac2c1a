import XCTest

@testable import BrokerAdapters

/// Every field of every message is read where ib_async reads it, and written where it was.
final class MessageGoldenTests: XCTestCase {
    /// Fields whose value ib_async drops or takes from elsewhere.
    private static let unseen: Set<String> = [
        "trailStopPrice", "sharesAllocation", "attribMask", "time", "conditionConjunction", "conditionType",
        "deltaNeutralContractPresent",
    ]

    func testFieldsAreWhereIBAsyncFindsThem() throws {
        var compared = 0
        for version in Golden.versions {
            let codec = try codec(version)
            for line in try Golden.lines("messages-\(version).txt") {
                let message = try codec.decodeMessage(payload(line[1]))
                var lister = FieldLister(version: version)
                try message.list(&lister)
                compared += try compare(lister.values, expected(line[2]), "\(line[0]) at \(version)")
                if case .unknown = message { XCTFail(line[0]) }
            }
        }
        XCTAssertGreaterThan(compared, 3_000)
    }

    func testMessagesAreWrittenAsTheyWereRead() throws {
        for version in Golden.versions {
            let codec = try codec(version)
            for line in try Golden.lines("messages-\(version).txt") {
                let message = try codec.decodeMessage(payload(line[1]))
                let written = try codec.encode(message)
                XCTAssertEqual(
                    bars(written.dropFirst(4)).replacingOccurrences(of: ".0|", with: "|"), line[1],
                    "\(line[0]) at \(version)")
            }
        }
    }

    private func expected(_ column: String) -> [String: Set<String>] {
        column.split(separator: "|").reduce(into: [:]) { pairs, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            pairs[parts[0], default: []].insert(plain(parts[1]))
        }
    }

    /// A number without a decimal that is 0.
    private func plain(_ text: String) -> String { text.hasSuffix(".0") ? String(text.dropLast(2)) : text }

    /// ib_async's values are those of the message; what it does not name has its default value there.
    private func compare(_ found: [String: [String]], _ expected: [String: Set<String>], _ name: String) throws -> Int {
        for (field, values) in expected where field != "time" {
            let present = Set(try XCTUnwrap(found[field], "\(name): no field \(field)").map(plain))
            XCTAssertTrue(values.isSubset(of: present), "\(name) \(field): \(present) is not \(values)")
        }
        for (field, values) in found where expected[field] == nil && !Self.unseen.contains(field) {
            let defaults: Set<String> = field == "conditionIsMore" ? ["1"] : ["0", "", "None"]
            XCTAssertTrue(Set(values).isSubset(of: defaults), "\(name): \(field) \(values) is not seen")
        }
        return expected.count
    }
}

extension TWSMessage {
    fileprivate func list(_ lister: inout FieldLister) throws {
        switch self {
        case .nextValidID(var payload): try payload.visit(&lister)
        case .managedAccounts(var payload): try payload.visit(&lister)
        case .error(var payload): try payload.visit(&lister)
        case .orderStatus(var payload): try payload.visit(&lister)
        case .openOrder(var payload): try payload.visit(&lister)
        case .openOrderEnd(var payload): try payload.visit(&lister)
        case .completedOrder(var payload): try payload.visit(&lister)
        case .completedOrdersEnd(var payload): payload.visit(&lister)
        case .orderBound(var payload): try payload.visit(&lister)
        case .executionDetails(var payload): try payload.visit(&lister)
        case .executionDetailsEnd(var payload): try payload.visit(&lister)
        case .commissionReport(var payload): try payload.visit(&lister)
        case .position(var payload): try payload.visit(&lister)
        case .positionEnd(var payload): try payload.visit(&lister)
        case .accountSummary(var payload): try payload.visit(&lister)
        case .accountSummaryEnd(var payload): try payload.visit(&lister)
        case .accountValue(var payload): try payload.visit(&lister)
        case .portfolioValue(var payload): try payload.visit(&lister)
        case .accountTime(var payload): try payload.visit(&lister)
        case .accountDownloadEnd(var payload): try payload.visit(&lister)
        case .pnl(var payload): try payload.visit(&lister)
        case .pnlSingle(var payload): try payload.visit(&lister)
        case .currentTime(var payload): try payload.visit(&lister)
        case .userInfo(var payload): try payload.visit(&lister)
        case .marketRule(var payload): try payload.visit(&lister)
        case .symbolSamples(var payload): try payload.visit(&lister)
        case .tickReqParams(var payload): try payload.visit(&lister)
        case .tickPrice(var payload): try payload.visit(&lister)
        case .tickSize(var payload): try payload.visit(&lister)
        case .tickString(var payload): try payload.visit(&lister)
        case .tickSnapshotEnd(var payload): try payload.visit(&lister)
        case .marketDataType(var payload): try payload.visit(&lister)
        case .contractDetails(var payload): try payload.visit(&lister)
        case .contractDetailsEnd(var payload): try payload.visit(&lister)
        case .historicalData(var payload): try payload.visit(&lister)
        case .unknown: break
        }
    }
}
