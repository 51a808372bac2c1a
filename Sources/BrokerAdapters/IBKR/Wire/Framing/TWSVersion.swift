/// A negotiated version of the TWS text protocol that this codec knows: 157 to 178.
public struct TWSVersion: Hashable, Comparable, Sendable {
    public let number: Int

    /// Nil outside 157 to 178.
    public init?(_ number: Int) {
        guard TWSVersion.offered.contains(number) else { return nil }
        self.number = number
    }

    private init(known number: Int) { self.number = number }

    /// The versions that are offered in the handshake.
    public static let offered = 157...178
    public static let oldest = TWSVersion(known: 157)
    public static let newest = TWSVersion(known: 178)

    public static func < (left: TWSVersion, right: TWSVersion) -> Bool { left.number < right.number }
}

extension TWSVersion: CustomStringConvertible {
    public var description: String { String(number) }
}
