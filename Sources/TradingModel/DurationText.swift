/// Lengths of time as people write them: `6h30m`, `90s`, `5d`; units of d, h, m and s, each once and descending.
public enum DurationText {
    private static let units: [(name: Character, ms: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
    ]
    /// A leap year.
    private static let longest_ms: Int64 = 366 * 86_400_000

    /// Milliseconds; nil for every other text, and for more than 366 days.
    public static func parse(_ text: String) -> Int64? {
        var total: Int64 = 0
        var digits = ""
        var lastUnit = -1
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
                guard digits.count <= 9 else { return nil }
                continue
            }
            guard let unit = units.firstIndex(where: { $0.name == character }), unit > lastUnit,
                let count = Int64(digits)
            else { return nil }
            total += count * units[unit].ms
            lastUnit = unit
            digits = ""
        }
        return digits.isEmpty && lastUnit >= 0 && total <= longest_ms ? total : nil
    }

    /// The text of a number of milliseconds, in whole seconds.
    public static func format(_ ms: Int64) -> String {
        var rest = ms
        var text = ""
        for unit in units where rest >= unit.ms {
            text += "\(rest / unit.ms)\(unit.name)"
            rest %= unit.ms
        }
        return text.isEmpty ? "0s" : text
    }
}
