import Foundation

/// What a line of a ledger is about, read from its beginning; only the lines of runs are read whole.
enum LedgerLine: Equatable {
    /// A run began.
    case run(LedgerRun)
    /// A run ended at a time.
    case runFinished(number: Int64, finishedAt: String)
    /// A decision; its id stands here as in the line, a JSON string.
    case decision(id: [UInt8])
    /// A row of one of the tables.
    case row(LedgerTable, id: Int64)

    /// What every line begins with.
    private static let opening = Array(#"{"record":""#.utf8)
    private static let identity = Array(#"","id":"#.utf8)

    /// Reads a line without its newline; nil where it is no line of a ledger.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.last == UInt8(ascii: "}"), bytes.starts(with: LedgerLine.opening) else { return nil }
        let afterOpening = bytes[LedgerLine.opening.count...]
        let record = afterOpening.prefix { $0 != UInt8(ascii: "\"") }
        let afterRecord = bytes[record.endIndex...]
        guard afterRecord.starts(with: LedgerLine.identity) else { return nil }
        let id = afterRecord.dropFirst(LedgerLine.identity.count)
        switch String(decoding: record, as: UTF8.self) {
        case "run": self.init(run: bytes)
        case "run_finished": self.init(runFinished: bytes)
        case "decision": self.init(decisionID: id)
        case let name: self.init(rowOf: name, id: id)
        }
    }

    /// Whether a line that was cut off anywhere may begin so.
    static func mayBegin(with bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.prefix(opening.count).elementsEqual(opening.prefix(bytes.count))
    }

    private init?(run bytes: UnsafeRawBufferPointer) {
        guard let run = try? JSONDecoder().decode(LedgerRun.self, from: Data(bytes)) else { return nil }
        self = .run(run)
    }

    private struct Ending: Decodable {
        let id: Int64
        let finished_at: String
    }

    private init?(runFinished bytes: UnsafeRawBufferPointer) {
        guard let ending = try? JSONDecoder().decode(Ending.self, from: Data(bytes)) else { return nil }
        self = .runFinished(number: ending.id, finishedAt: ending.finished_at)
    }

    private init?(decisionID bytes: Slice<UnsafeRawBufferPointer>) {
        guard bytes.first == UInt8(ascii: "\"") else { return nil }
        var isEscaped = false
        for index in bytes.indices.dropFirst() {
            if isEscaped {
                isEscaped = false
            } else if bytes[index] == UInt8(ascii: "\\") {
                isEscaped = true
            } else if bytes[index] == UInt8(ascii: "\"") {
                self = .decision(id: Array(bytes[...index]))
                return
            }
        }
        return nil
    }

    private init?(rowOf record: String, id bytes: Slice<UnsafeRawBufferPointer>) {
        guard let table = LedgerTable.allCases.first(where: { $0.record == record }) else { return nil }
        var id: Int64 = 0
        for byte in bytes {
            if byte == UInt8(ascii: ","), id > 0 {
                self = .row(table, id: id)
                return
            }
            let (product, overflows) = id.multipliedReportingOverflow(by: 10)
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), !overflows else { return nil }
            let (sum, isTooLarge) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !isTooLarge else { return nil }
            id = sum
        }
        return nil
    }
}

/// Which run a line is about, as far as it tells one database from another.
struct LedgerRun: Equatable, Decodable {
    /// The run's number, the base of its row ids.
    let number: Int64
    /// The run's name.
    let runID: String
    /// When it began, by the clock on the wall.
    let startedAt: String

    private enum CodingKeys: String, CodingKey {
        case number = "id"
        case runID = "run_id"
        case startedAt = "started_at"
    }
}
