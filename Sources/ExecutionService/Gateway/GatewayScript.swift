import Foundation
import GatewaySimulator
import InputFiles

/// Faults that wait for their bar.
struct GatewayScript {
    struct Entry {
        let bars: Int
        let words: [String]
    }

    /// Ascending by bars, as in the file where they are equal.
    private var entries: [Entry] = []

    /// Reads a file; blank lines and what follows a `#` are passed over.
    init(_ path: String?) throws {
        guard let path else { return }
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw UsageError("\(path) cannot be read: \(error.localizedDescription)")
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
            guard let first = words.first else { continue }
            guard let bars = Int(first), bars >= 0, words.count > 1 else {
                throw UsageError("\(path):\(index + 1): give a number of bars and a fault, such as \"3 reject 201\"")
            }
            do { try SimulatedGateway.checkFault(Array(words.dropFirst())) } catch {
                throw UsageError("\(path):\(index + 1): \(error)")
            }
            entries.append(Entry(bars: bars, words: Array(words.dropFirst())))
        }
        entries = entries.enumerated().sorted { ($0.element.bars, $0.offset) < ($1.element.bars, $1.offset) }
            .map(\.element)
    }

    /// The next fault that is due when so many bars have been played.
    mutating func next(_ barsPlayed: Int) -> [String]? {
        guard let entry = entries.first, entry.bars <= barsPlayed else { return nil }
        entries.removeFirst()
        return entry.words
    }
}
