import Foundation

/// One line of the result.
struct Measurement: Codable {
    var workload: String
    /// `bars import`, or `apply` with its record level.
    var step: String
    var wall_s: Double
    var cpu_s: Double
    var peak_MiB: Double
    var bars: Int
    var orders: Int?
    var fills: Int?
    /// What SQLite alone needs: the bare insert of the same rows, or the shell's `.import`.
    var bare_s: Double?
    var bareRows: Int?

    /// How many times as long as SQLite alone.
    var ratio: Double? { bare_s.map { wall_s / $0 } }
}

extension Measurement {
    static let header =
        row("", ["seconds", "cpu s", "peak MiB", "bars/s", "orders/s", "fills/s", "SQLite alone", "ratio"])

    /// The measurement as a line of a table.
    var text: String {
        Self.row(
            "\(workload) \(step)",
            [
                Self.fixed(wall_s, 2), Self.fixed(cpu_s, 2), Self.fixed(peak_MiB, 0), rate(bars),
                orders.map(rate) ?? "",
                fills.map(rate) ?? "", bare_s.map { Self.fixed($0, 2) } ?? "", ratio.map { Self.fixed($0, 2) } ?? "",
            ])
    }

    private func rate(_ count: Int) -> String { Self.grouped(Int(Double(count) / wall_s)) }

    private static func row(_ name: String, _ cells: [String]) -> String {
        let padded = cells.map { String(repeating: " ", count: max(0, 12 - $0.count)) + $0 }
        return name + String(repeating: " ", count: max(1, 18 - name.count)) + padded.joined(separator: " ")
    }

    static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    static func grouped(_ number: Int) -> String {
        var digits = String(number)
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: position))
            position -= 3
        }
        return digits
    }
}

/// The middle one of several values; of an even number the lower of the two.
func median(_ values: [Double]) -> Double {
    values.sorted()[(values.count - 1) / 2]
}
