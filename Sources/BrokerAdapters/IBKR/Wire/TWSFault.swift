extension TWSErrorClass {
    /// Whether an error about an order tells of trouble at the venue or on the way to it, not of what the order asks for.
    ///
    /// Refusals are of the user's making unless their code says otherwise: a duplicate id (103), an order that could not be
    /// transmitted or submitted (106, 107, 133), an exchange that is away (116), no data to check a price with (164), and
    /// requests that the gateway could not read or would not take (320, 321: the Read-Only API is one of these).
    public static func isVenueFault(code: Int32?) -> Bool {
        guard let code else { return false }
        switch TWSErrorClass(code: code, context: .newOrder) {
        case .connectivity(.lost), .connectionRefused, .pacing, .unknown: return true
        case .orderRejected, .orderProbablyRejected: return faultyRefusals.contains(code)
        default: return false
        }
    }

    private static let faultyRefusals: Set<Int32> = [103, 106, 107, 116, 133, 164, 320, 321]
}
