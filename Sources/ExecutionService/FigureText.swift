import Foundation

extension Decimal {
    /// With two decimals and a comma after every thousand, for people.
    var inCents: String {
        var cents = self * 100
        var rounded = Decimal()
        NSDecimalRound(&rounded, &cents, 0, .plain)
        let digits = "\(rounded.magnitude)"
        let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        return "\(rounded < 0 ? "-" : "")\(String(padded.dropLast(2)).grouped).\(padded.suffix(2))"
    }
}

extension String {
    /// Digits with a comma after every thousand.
    var grouped: String {
        let digits = Array(self)
        var groups: [String] = []
        var end = digits.count
        while end > 0 {
            groups.insert(String(digits[max(0, end - 3)..<end]), at: 0)
            end -= 3
        }
        return groups.joined(separator: ",")
    }
}
