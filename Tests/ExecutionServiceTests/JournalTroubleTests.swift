import Dispatch
import ExecutionService
import Foundation
import Networking
import TestSupport
import TradingModel
import XCTest

@testable import Storage

/// Failure catalogue, 16: a database that is locked, and a disk that is full, in the middle of a rebalance.
final class JournalTroubleTests: ServiceTestCase {
    private let targets = """
        as_of,ticker,target_quantity,decision_id
        2012-05-31,AAPL,100,d1
        2012-05-31,IBM,200,d1
        2012-05-31,MSFT,300,d1

        """

    private func plan(_ gateway: GatewayThread) throws -> RebalancePlan {
        let configuration = """
            { brokers: { ibkr: { port: \(gateway.port), account: "DU123", messages_per_second: null } },
              live: { permit: true, account: "DU123" } }
            """
        return try RebalancePlan(
            RebalancePlan.Sources(
                targets: try folder.write(targets, to: "targets.csv"),
                configuration: try folder.write(configuration, to: "config.json"), account: "DU123"), venue: .ibkr)
    }

    private func options(patience_ms: Int64) throws -> RebalanceOptions {
        var options = RebalanceOptions(
            database: try folder.path("runtime.db"), isLiveAsked: true, environment: ["EXEC_DRY_RUN": "0"])
        options.journalPatience_ms = patience_ms
        return options
    }

    /// Whether a commit is the first one with orders on their way out.
    private func submits(_ step: RebalanceObserver.Step) -> Bool {
        guard case .committing(let batch) = step else { return false }
        return batch.events.contains { $0.kind == .moved(.submit) }
    }

    func testFailure16_ALockedDatabaseDelaysAndNothingMore() throws {
        let gateway = try realBarsGateway()
        var isLocked = false
        let path = try folder.path("runtime.db")
        let observer = RebalanceObserver(
            confirm: { _ in true },
            step: { step in
                guard self.submits(step), !isLocked else { return }
                isLocked = true
                let isHeld = DispatchSemaphore(value: 0)
                let other = Thread {
                    let database = try? Database.openForWriting(path, durability: .normal)
                    try? database?.connection.execute("BEGIN IMMEDIATE")
                    isHeld.signal()
                    Thread.sleep(forTimeInterval: 1)
                    try? database?.connection.execute("ROLLBACK")
                }
                other.start()
                isHeld.wait()
            })
        let report = try rebalance(try plan(gateway), options: try options(patience_ms: 30_000), observer: observer)
        XCTAssertTrue(isLocked)
        XCTAssertTrue(report.isWhole, report.text)
        XCTAssertEqual(try gateway.status().executions, 3)
        try assertVerified(path)
        try gateway.end()
    }

    func testFailure16_AFullDiskSendsNothingAndTheSameCommandGoesOn() throws {
        let gateway = try realBarsGateway()
        let path = try folder.path("runtime.db")
        let limit = FileSizeLimit()
        defer { limit.lift() }
        let observer = RebalanceObserver(
            confirm: { _ in true },
            step: { step in
                if self.submits(step) { try limit.set(toSizeOf: path + "-wal") }
            })
        XCTAssertThrowsError(
            try rebalance(try plan(gateway), options: try options(patience_ms: 600), observer: observer)
        ) { XCTAssertTrue($0 is DatabaseError, "\($0)") }
        limit.lift()
        // The end of the process would free the run.
        try Database.openForWriting(path, durability: .full).connection
            .execute("UPDATE execution_runs SET writer_token = ''")
        XCTAssertEqual(try gateway.status().open + gateway.status().executions, 0, "nothing was sent")
        let report = try rebalance(
            try plan(gateway), options: try options(patience_ms: 600),
            observer: RebalanceObserver(confirm: { _ in true }))
        XCTAssertTrue(report.isWhole, report.text)
        XCTAssertEqual(try gateway.status().executions, 3)
        try assertVerified(path)
        try gateway.end()
    }
}

/// Keeps files of this process from growing, as a full disk does.
private final class FileSizeLimit {
    private var old = rlimit()

    init() {
        signal(SIGXFSZ, SIG_IGN)
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    }

    func set(toSizeOf path: String) throws {
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        var limit = old
        limit.rlim_cur = rlim_t(size)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    }

    func lift() { setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old) }
}
