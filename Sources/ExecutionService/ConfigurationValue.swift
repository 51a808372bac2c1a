import Foundation

/// A value of a configuration file; numbers are decimal, so that 0.1 is 0.1.
enum ConfigurationValue: Codable, Equatable {
    case null
    case boolean(Bool)
    case number(Decimal)
    case text(String)
    case list([ConfigurationValue])
    case section([String: ConfigurationValue])
    /// Something that Foundation takes for a number and cannot read, such as 1e400 or 1x.
    case unreadable

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: Name.self) {
            var section: [String: ConfigurationValue] = [:]
            for name in members.allKeys {
                section[name.stringValue] = try members.decode(ConfigurationValue.self, forKey: name)
            }
            self = .section(section)
        } else if var elements = try? decoder.unkeyedContainer() {
            var list: [ConfigurationValue] = []
            while !elements.isAtEnd { list.append(try elements.decode(ConfigurationValue.self)) }
            self = .list(list)
        } else {
            self = try ConfigurationValue(scalar: decoder.singleValueContainer())
        }
    }

    private init(scalar: any SingleValueDecodingContainer) throws {
        if scalar.decodeNil() {
            self = .null
        } else if let boolean = try? scalar.decode(Bool.self) {
            self = .boolean(boolean)
        } else if let text = try? scalar.decode(String.self) {
            self = .text(text)
        } else if let number = try? scalar.decode(Decimal.self) {
            self = .number(number)
        } else {
            self = .unreadable
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .section(let members):
            var container = encoder.container(keyedBy: Name.self)
            for (name, value) in members { try container.encode(value, forKey: Name(stringValue: name)) }
        case .list(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        default:
            var container = encoder.singleValueContainer()
            switch self {
            case .boolean(let boolean): try container.encode(boolean)
            case .number(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            default: try container.encodeNil()
            }
        }
    }

    /// As it is shown in a message; nil where what was written is lost.
    var shown: String? {
        switch self {
        case .null: "null"
        case .boolean(let boolean): boolean ? "true" : "false"
        case .number(let number): number.description
        case .text(let text): text
        case .list: "[…]"
        case .section: "{…}"
        case .unreadable: nil
        }
    }
}
