/// Goes through the fields of a message in wire order, reading or writing each.
///
/// A message has one function that names its fields; whether it encodes or decodes is the visitor's business, so the two cannot
/// disagree.
protocol TWSFieldVisitor {
    /// The negotiated version.
    var version: Int { get }

    /// One field: assigned in reading, left alone in writing.
    mutating func field<Value: TWSFieldValue>(_ name: StaticString, _ value: inout Value) throws(TWSWireError)

    /// A field that this message needs and others do without.
    mutating func required<Value: TWSFieldValue>(_ name: StaticString, _ value: inout Value?) throws(TWSWireError)

    /// A field whose content has no meaning: any text is passed over, and `text` is written.
    mutating func constant(_ name: StaticString, _ text: StaticString) throws(TWSWireError)

    /// A number of repetitions: `present` in writing, the field's in reading.
    mutating func count(_ name: StaticString, present: Int) throws(TWSWireError) -> Int

    /// The error that says what is wrong with the field that comes next.
    func error(_ name: StaticString, _ problem: TWSFieldProblem) -> TWSWireError
}

/// A run of fields with a place of its own in a message.
protocol TWSFieldGroup: Equatable {
    init()

    /// Visits the fields in wire order.
    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError)
}

/// A whole message: what follows the id.
protocol TWSPayload: TWSFieldGroup {
    static var id: Int32 { get }
}

extension TWSFieldVisitor {
    /// A field that versions from `first` on have.
    mutating func field<Value: TWSFieldValue>(
        _ name: StaticString, _ value: inout Value, from first: Int
    ) throws(TWSWireError) {
        try field(name, &value, isInVersion: version >= first)
    }

    /// A field that versions below `end` have.
    mutating func field<Value: TWSFieldValue>(
        _ name: StaticString, _ value: inout Value, before end: Int
    ) throws(TWSWireError) {
        try field(name, &value, isInVersion: version < end)
    }

    private mutating func field<Value: TWSFieldValue>(
        _ name: StaticString, _ value: inout Value, isInVersion: Bool
    ) throws(TWSWireError) {
        if isInVersion {
            try field(name, &value)
        } else if !value.isNeutral {
            throw error(name, .notInVersion)
        }
    }

    /// A field where a number, such as 0 for an id, stands for "none".
    mutating func field<Value: TWSFieldValue>(
        _ name: StaticString, _ value: inout Value?, none: Value
    ) throws(TWSWireError) {
        if value == none { throw error(name, .meansUnset) }
        var sent: Value? = value ?? none
        try field(name, &sent)
        value = sent == none ? nil : sent
    }

    /// The message's own version field, which no client reads.
    mutating func messageVersion(_ text: StaticString) throws(TWSWireError) {
        try constant("version", text)
    }

    /// A count and so many groups.
    mutating func list<Element: TWSFieldGroup>(_ name: StaticString, _ elements: inout [Element]) throws(TWSWireError) {
        let wanted = try count(name, present: elements.count)
        for index in 0..<wanted {
            if index == elements.count { elements.append(Element()) }
            try elements[index].visit(&self)
        }
    }

    /// A group that is there under a condition which the fields before it decide.
    mutating func group<Group: TWSFieldGroup>(
        _ name: StaticString, _ group: inout Group?, isPresent: Bool
    ) throws(TWSWireError) {
        guard isPresent else {
            if group != nil { throw error(name, .inconsistent) }
            return
        }
        var content = group ?? Group()
        try content.visit(&self)
        group = content
    }
}
