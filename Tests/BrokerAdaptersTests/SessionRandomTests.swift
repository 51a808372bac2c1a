import TradingModel
import XCTest

@testable import BrokerAdapters

/// Whatever the order of the messages and however the bytes are cut, the executions are the same.
final class SessionRandomTests: XCTestCase {
    /// What an execution amounts to when all is said.
    private struct Book: Equatable {
        var fills: [String: Quantity] = [:]
        var commissions: [String: Money] = [:]

        /// Throws when something is booked twice or replaces what was not booked.
        init(_ reports: [BrokerReport]) throws {
            for report in reports {
                switch report {
                case .execution(let execution):
                    XCTAssertNil(fills.updateValue(execution.quantity, forKey: execution.id.text))
                case .correction(let execution, let old):
                    XCTAssertNotNil(fills.removeValue(forKey: old.text))
                    XCTAssertNil(fills.updateValue(execution.quantity, forKey: execution.id.text))
                case .commission(let commission): commissions[commission.execution.text] = commission.amount
                default: break
                }
            }
        }
    }

    private static func messages(_ harness: SessionHarness) -> [TWSMessage] {
        let ids = harness.requests.placed.map(\.orderID)
        var messages: [TWSMessage] = []
        for (index, id) in ids.enumerated() {
            let (key, permID) = ("K\(index + 1)", Int64(900 + index))
            messages.append(.openOrder(SessionHarness.open(key, orderID: id, permID: permID)))
            messages.append(.orderStatus(SessionHarness.status(id, "PreSubmitted", permID: permID)))
            for fill in 1...3 {
                let execution = SessionHarness.execution(
                    "\(key).0\(fill).01", reference: key, units: Int64(fill * 10), permID: permID)
                messages.append(.executionDetails(execution))
                messages.append(.commissionReport(SessionHarness.commission(execution.executionID, Int64(fill))))
            }
            messages.append(
                .executionDetails(
                    SessionHarness.execution("\(key).03.02", reference: key, units: 25, permID: permID)))
            messages.append(.orderStatus(SessionHarness.status(id, "Filled", filled: 55, permID: permID)))
        }
        messages.append(
            .executionDetails(
                SessionHarness.execution("hand.01", reference: "", units: 7, permID: 1, clientID: 0, orderID: 0)))
        return messages
    }

    func testAnyOrderAnyRepetitionAndAnyCutGiveTheSameExecutions() throws {
        var expected: Book?
        for seed in SeededGenerator.seeds(150) {
            var random = SeededGenerator(seed: seed)
            var harness = SessionHarness()
            try harness.prepare()
            let placements = try (1...4).map { try SessionHarness.placement("K\($0)", number: Int64($0)) }
            try harness.give(.place(placements))
            var messages = Self.messages(harness)
            if expected != nil {
                for _ in 0..<Int(random.next() % 10) {
                    messages.append(messages[Int(random.next() % UInt64(messages.count))])
                }
                messages.shuffle(using: &random)
            }
            var bytes: [UInt8] = []
            for message in messages { try harness.codec.encode(message, into: &bytes) }
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + 1 + Int(random.next() % 700))
                try harness.give(.session(.received(connection: 1, Array(bytes[start..<end]))))
                start = end
            }
            let book = try Book(harness.outputs.reports)
            XCTAssertEqual(book.fills.count, 13)
            XCTAssertEqual(book, expected ?? book, "seed \(seed)")
            expected = book
            for index in 1...4 {
                XCTAssertEqual(
                    harness.broker.registry[try SessionHarness.key("K\(index)")]?.filled, Quantity(units: 55))
            }
        }
    }

    /// Live, in answers to queries, or lost and asked for: each execution once.
    func testLossesAreMadeGoodByTheNextList() throws {
        for seed in SeededGenerator.seeds(100) {
            var random = SeededGenerator(seed: seed)
            var harness = SessionHarness()
            try harness.prepare()
            try harness.give(.place([try SessionHarness.placement("K1")]))
            let all = (0..<10).map { SessionHarness.execution("e\($0).01.01", units: 10) }
            for execution in all where random.next() % 2 == 0 { try harness.receive(.executionDetails(execution)) }
            if random.next() % 2 == 0 {
                try harness.give(.session(.transportClosed(connection: 1, why: "cut")))
                try harness.pass(4_000)
                try harness.start()
            } else {
                try harness.receive(.error(SessionHarness.error(nil, 1100)))
                try harness.receive(.error(SessionHarness.error(nil, 1102)))
            }
            try harness.answerLists(executions: all.shuffled(using: &random))
            XCTAssertTrue(harness.broker.state.isReady)
            XCTAssertEqual(Set(harness.outputs.fills).count, 10)
            XCTAssertEqual(harness.outputs.fills.count, 10)
        }
    }

    /// No input whatever stops the process, and what comes out of order changes no state by itself.
    func testRandomInputsAreSurvived() throws {
        for seed in SeededGenerator.seeds(200) {
            var random = SeededGenerator(seed: seed)
            var harness = SessionHarness()
            try harness.give(.session(.connect))
            for _ in 0..<60 {
                harness.random = random.next()
                switch random.next() % 9 {
                case 0: try harness.give(.session(.transportOpened(connection: Int64(random.next() % 4))))
                case 1: try harness.give(.session(.transportClosed(connection: harness.connection, why: "")))
                case 2: try harness.pass(Int64(random.next() % 6_000))
                case 3: try harness.start()
                case 4: try harness.answerLists()
                case 5:
                    try harness.receive(
                        .error(SessionHarness.error(nil, [1100, 1101, 1102, 326, 1300, 100][Int(random.next() % 6)])))
                case 6: try harness.give(.place([try SessionHarness.placement("R\(random.next() % 5)")]))
                case 7:
                    let noise = (0..<20).map { _ in UInt8(truncatingIfNeeded: random.next() % 3) }
                    try harness.give(.session(.received(connection: harness.connection, noise)))
                default: try harness.give(.cancel(try SessionHarness.key("R\(random.next() % 5)")))
                }
            }
            for pair in zip(harness.outputs.opened, harness.outputs.opened.dropFirst()) {
                XCTAssertEqual(pair.0 + 1, pair.1)
            }
        }
    }

    /// Real messages, whole and damaged, in any state and order.
    func testGoldenMessagesWholeAndDamagedAreSurvived() throws {
        let payloads = try Golden.payloads("messages-178.txt").sorted { $0.key < $1.key }.map(\.value)
        for seed in SeededGenerator.seeds(40) {
            var random = SeededGenerator(seed: seed)
            var harness = SessionHarness()
            try harness.prepare()
            try harness.give(.place([try SessionHarness.placement("K1")]))
            for _ in 0..<150 {
                var payload = payloads[Int(random.next() % UInt64(payloads.count))]
                if random.next() % 2 == 0, !payload.isEmpty {
                    payload[Int(random.next() % UInt64(payload.count))] = UInt8(truncatingIfNeeded: random.next() % 128)
                }
                try harness.give(
                    .session(.received(connection: harness.connection, try TWSFrame.bytes(payload))))
                if harness.broker.state.connection == nil {
                    try harness.give(.session(.connect))
                    try harness.pass(4_000)
                    try harness.start()
                }
                try harness.answerLists()
            }
        }
    }
}
