/// What is wrong with one field.
public enum TWSFieldProblem: Error, Equatable, Sendable {
    /// A value that the message cannot do without is empty or has the spelling of an unset number.
    case absent
    /// The payload ends before this field.
    case missing
    /// The last field has no NUL at its end.
    case unterminated
    /// So many fields follow after the last one the message has.
    case superfluous(count: Int)
    case notANumber
    /// A number, but beyond its type.
    case outOfRange
    case notABool
    case notATime
    /// A count that is negative or larger than the number of fields that are left.
    case badCount
    case unknownConditionType
    /// A character that the other side refuses: outside printable ASCII, tab, CR and LF, or a NUL.
    case notSendable
    /// A number whose spelling the other side reads as "unset".
    case meansUnset
    /// The negotiated version has no place for this value.
    case notInVersion
    /// The value is only sent together with another one that is not set.
    case inconsistent
    /// The frame would be longer than the protocol allows.
    case tooLong
}

/// A message that could not be read or written, with all that a person needs to see why.
public struct TWSWireError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Which way the message goes.
    public enum Direction: Sendable {
        /// From a client to TWS.
        case request
        /// From TWS to a client.
        case message
    }

    public let direction: Direction
    /// Nil when the message's own id cannot be read.
    public let messageID: Int32?
    /// The field's name in the protocol, such as `lmtPrice`.
    public let field: String
    /// Its position in the message; the id is 0.
    public let index: Int
    /// The field's text, as far as there is one.
    public let value: String
    public let problem: TWSFieldProblem
    /// The payload; in writing, the part that was written.
    public let bytes: [UInt8]

    public var description: String {
        let id = messageID.map(String.init) ?? "?"
        return "TWS \(direction) \(id), field \(index) \(field) '\(value)': \(problem); \(hexadecimal(bytes))"
    }
}
