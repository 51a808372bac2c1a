import TradingModel

@testable import BrokerAdapters

/// Fills a message with random contents that its own fields allow.
struct RandomVisitor: TWSFieldVisitor {
    var generator: SeededGenerator
    let version: Int
    let isRequest: Bool
    private var orderType = ""

    init(_ generator: SeededGenerator, version: TWSVersion, isRequest: Bool) {
        self.generator = generator
        self.version = version.number
        self.isRequest = isRequest
    }

    mutating func make<Payload: TWSPayload>() throws(TWSWireError) -> Payload {
        var payload = Payload()
        try payload.visit(&self)
        return payload
    }

    mutating func field<Value: TWSFieldValue>(_ name: StaticString, _ value: inout Value) throws(TWSWireError) {
        // Only volatility orders send it.
        if "\(name)" == "volatility", isRequest, !orderType.hasPrefix("VOL") { return }
        value = try random(name)
        if "\(name)" == "orderType", let text = value as? String { orderType = text }
    }

    mutating func required<Value: TWSFieldValue>(_ name: StaticString, _ value: inout Value?) throws(TWSWireError) {
        let random: Value = try random(name)
        value = random
    }

    func constant(_ name: StaticString, _ text: StaticString) {}

    mutating func count(_ name: StaticString, present: Int) -> Int { Int.random(in: 0...3, using: &generator) }

    func error(_ name: StaticString, _ problem: TWSFieldProblem) -> TWSWireError {
        TWSWireError(
            direction: isRequest ? .request : .message, messageID: nil, field: "\(name)", index: 0, value: "",
            problem: problem, bytes: [])
    }

    private mutating func random<Value: TWSFieldValue>(_ name: StaticString) throws(TWSWireError) -> Value {
        guard let type = Value.self as? any RandomFieldValue.Type,
            let value = type.random(name, isASCII: isRequest, &generator) as? Value
        else { throw error(name, .notANumber) }
        return value
    }
}

protocol RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> Self
}

extension Optional: RandomFieldValue where Wrapped: RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> Wrapped? {
        if Int.random(in: 0..<4, using: &generator) == 0 { return nil }
        return Wrapped.random(name, isASCII: isASCII, &generator)
    }
}

extension String: RandomFieldValue {
    /// Words that other fields of the message depend on.
    private static let words: [String: [String]] = [
        "secType": ["STK", "OPT", "BAG", "CASH"],
        "exchange": ["SMART", "IBKRATS"],
        "orderType": ["MKT", "LMT", "PEG BENCH", "PEGBENCH", "PEG BEST", "PEG MID", "VOL"],
        "deltaNeutralOrderType": ["", "None", "LMT"],
        "hedgeType": ["", "P"],
        "algoStrategy": ["", "Vwap"],
    ]

    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> String {
        if let word = words["\(name)"]?.randomElement(using: &generator) { return word }
        let alphabet = Array(isASCII ? " azAZ09|,;=.\t\r\n~" : " azAZ09|,;=.\t\r\n~äß€😀")
        return String(
            (0..<Int.random(in: 0...20, using: &generator)).compactMap { _ in alphabet.randomElement(using: &generator)
            })
    }
}

extension Bool: RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> Bool {
        Bool.random(using: &generator)
    }
}

/// Small, large and everything between; the largest number of a type means "unset".
private func randomInteger<Number: FixedWidthInteger>(_ generator: inout SeededGenerator) -> Number {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: Number.random(in: 0...10, using: &generator)
    case 1: [Number.min, -1, 0, 1, Number.max - 1].randomElement(using: &generator) ?? 0
    default: Number.random(in: Number.min..<Number.max, using: &generator)
    }
}

extension Int32: RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> Int32 {
        if "\(name)" == "conditionType" { return [1, 3, 4, 5, 6, 7].randomElement(using: &generator) ?? 1 }
        return randomInteger(&generator)
    }
}

extension Int64: RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> Int64 {
        randomInteger(&generator)
    }
}

extension Price: RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> Price {
        Price(e8: randomInteger(&generator))
    }
}

extension Quantity: RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> Quantity {
        Quantity(e8: randomInteger(&generator))
    }
}

extension Money: RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> Money {
        Money(e6: randomInteger(&generator))
    }
}

extension TWSDecimal: RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> TWSDecimal {
        TWSDecimal(e8: randomInteger(&generator))
    }
}

extension TWSCompeteOffset: RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> TWSCompeteOffset {
        Bool.random(using: &generator) ? .upToMid : .amount(Price(e8: randomInteger(&generator)))
    }
}

extension TWSTime: RandomFieldValue {
    static func random(_ name: StaticString, isASCII: Bool, _ generator: inout SeededGenerator) -> TWSTime {
        let zones: [Zone] = [.local, .utc, .named("America/New_York"), .named("China Standard Time")]
        var time = TWSTime(
            date: CalendarDate(days: Int32.random(in: -700_000...2_900_000, using: &generator)),
            zone: zones.randomElement(using: &generator) ?? .utc)
        time.hour = UInt8.random(in: 0..<24, using: &generator)
        time.minute = UInt8.random(in: 0..<60, using: &generator)
        time.second = UInt8.random(in: 0..<60, using: &generator)
        return time
    }
}
