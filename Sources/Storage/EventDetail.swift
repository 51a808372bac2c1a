import TradingModel

/// What an event says beyond its columns: the JSON of `order_events.detail`.
enum EventDetail {
    /// `"reason":"day_ended"`.
    static func field(of reason: StatusReason) -> String { #""reason":"\#(reason.rawValue)""# }

    /// `"cause":"split"`.
    static func field(of cause: ResizeCause) -> String { #""cause":"\#(cause.rawValue)""# }

    /// `{"limit_price":101.25}`.
    static func json(limit: Price) -> String { "{\"limit_price\":\(limit)}" }

    /// The detail of an event about which the broker said something: `{"reason":…,"code":201,"text":…}`.
    static func json(of event: OrderEventRecord, _ words: BrokerReason) -> String {
        var fields: [String] = []
        if case .resized(let cause) = event.kind { fields.append(field(of: cause)) }
        if let reason = event.newReason { fields.append(field(of: reason)) }
        if let code = words.code { fields.append("\"code\":\(code)") }
        fields.append("\"text\":\(quoted(words.text))")
        return "{\(fields.joined(separator: ","))}"
    }

    /// A text as JSON has it.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case ..<" ":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension OrderEventRecord {
    /// The limit that the order has or is to have.
    var newLimit: Price? {
        switch kind {
        case .modifyRequested(let limit), .modified(let limit): limit
        default: nil
        }
    }

    /// Why the order is where the event has taken it; nil where it already was there.
    var newReason: StatusReason? { from == to ? nil : to.reason }
}
