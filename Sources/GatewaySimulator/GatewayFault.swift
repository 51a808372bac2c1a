/// A trouble that a script or an operator asks for.
public enum GatewayFault: Equatable, Sendable {
    /// Every further message comes this much later than the one before; 0 ends it.
    case delay(ms: Int64)
    /// After so many further bytes to the client the connection breaks, in the middle of a message if it falls so.
    case cutAfterBytesSent(Int)
    /// After so many further bytes from the client the connection breaks; what follows them is lost.
    case cutAfterBytesReceived(Int)
    /// After so many further messages to the client the connection breaks.
    case cutAfterMessages(Int)
    /// The next message of a kind is sent twice.
    case duplicate(GatewayMessageKind)
    /// The next message of a kind is sent after the one that follows it.
    case reorder(GatewayMessageKind)
    /// The next message of a kind is lost.
    case omit(GatewayMessageKind)
    /// The next order is refused.
    case reject(code: Int32, text: String)
    /// Something happens to the next preview of an order.
    case preview(Preview)
    /// 1100: requests wait and reports are lost until it is restored.
    case connectivityLost
    /// 1102, or 1101 where subscriptions are lost.
    case connectivityRestored(areSubscriptionsLost: Bool)
    /// The next valid id goes back by so many.
    case rollBackIDs(Int32)

    /// What happens to a preview.
    public enum Preview: Equatable, Sendable {
        /// It is never answered.
        case silent
        /// Its answer has no figures.
        case bare
        /// Its answer, and everything behind it, comes so much later.
        case late(ms: Int64)
        case refuse(code: Int32, text: String)
        /// An answer without figures and with a warning comes before the one that has them.
        case warn(text: String)
    }
}

/// Which message a fault waits for.
public enum GatewayMessageKind: String, Sendable, CaseIterable {
    case any
    case openOrder
    case orderStatus
    case execDetails
    case commissionReport
    case error
    case position
    case positionEnd
    case openOrderEnd
    case execDetailsEnd
    case completedOrder
    case completedOrdersEnd
    case nextValidId
}

/// A fault, and whose connection it is for.
struct GatewayFaultOrder: Equatable {
    var fault: GatewayFault
    /// Nil is for the first client that it happens to.
    var clientID: Int32?

    func concerns(_ clientID: Int32?) -> Bool { self.clientID == nil || self.clientID == clientID }
}

/// What was wrong with the words of a fault or a control command.
public struct GatewayCommandError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

extension GatewayFaultOrder {
    /// Reads `[client N] delay 200`, `cut bytes 100`, `cut received 50`, `cut messages 3`, `duplicate execDetails`,
    /// `reorder orderStatus`, `omit execDetailsEnd`, `reject 201 [text]`, `preview silent`, `preview bare`, `preview late 12000`,
    /// `preview reject 201 [text]`, `preview warn text`, `lose`, `restore [lost]`, `rollback 5`.
    init(_ words: [String]) throws(GatewayCommandError) {
        var words = words[...]
        if words.first == "client" {
            words = words.dropFirst()
            clientID = try Self.number(words.popFirst(), "client")
        } else {
            clientID = nil
        }
        fault = try Self.fault(words.popFirst() ?? "", Array(words))
    }

    /// A day.
    private static let longestDelay_ms: Int64 = 86_400_000

    private static func fault(_ name: String, _ rest: [String]) throws(GatewayCommandError) -> GatewayFault {
        switch name {
        case "delay": .delay(ms: min(try number(rest.first, name), longestDelay_ms))
        case "cut": try cut(rest)
        case "duplicate": .duplicate(try kind(rest.first))
        case "reorder": .reorder(try kind(rest.first))
        case "omit": .omit(try kind(rest.first))
        case "reject":
            .reject(code: try number(rest.first, name), text: rest.dropFirst().joined(separator: " "))
        case "preview": .preview(try preview(rest))
        case "lose": .connectivityLost
        case "restore": .connectivityRestored(areSubscriptionsLost: rest.first == "lost")
        case "rollback": .rollBackIDs(try number(rest.first, name))
        default:
            throw GatewayCommandError(
                "no fault \"\(name)\"; there are delay, cut, duplicate, reorder, omit, reject, preview, lose, restore "
                    + "and rollback"
            )
        }
    }

    private static func cut(_ rest: [String]) throws(GatewayCommandError) -> GatewayFault {
        let count: Int = try number(rest.dropFirst().first, "cut")
        switch rest.first {
        case "bytes": return .cutAfterBytesSent(count)
        case "received": return .cutAfterBytesReceived(count)
        case "messages": return .cutAfterMessages(count)
        default: throw GatewayCommandError("cut needs bytes, received or messages, and a count")
        }
    }

    private static func preview(_ rest: [String]) throws(GatewayCommandError) -> GatewayFault.Preview {
        let words = rest.dropFirst()
        switch rest.first {
        case "silent": return .silent
        case "bare": return .bare
        case "late": return .late(ms: min(try number(words.first, "preview late"), longestDelay_ms))
        case "reject":
            let text = words.dropFirst().joined(separator: " ")
            return .refuse(
                code: try number(words.first, "preview reject"),
                text: text.isEmpty ? "Order rejected - reason:asked for by a fault" : text)
        case "warn": return .warn(text: words.joined(separator: " "))
        default: throw GatewayCommandError("preview needs silent, bare, late, reject or warn")
        }
    }

    private static func kind(_ word: String?) throws(GatewayCommandError) -> GatewayMessageKind {
        guard let word else { return .any }
        if let kind = GatewayMessageKind(rawValue: word) { return kind }
        let kinds = GatewayMessageKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw GatewayCommandError("no message \"\(word)\"; there are \(kinds)")
    }

    private static func number<Number: FixedWidthInteger>(
        _ word: String?, _ name: String
    ) throws(GatewayCommandError) -> Number {
        guard let word, let number = Number(word), number >= 0 else {
            throw GatewayCommandError("\(name) needs a number that is not negative")
        }
        return number
    }
}
