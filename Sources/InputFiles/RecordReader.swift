/// Reads a table row by row, CSV or JSON Lines, and gives the fields of a row as bytes by the columns of a schema.
///
/// Rows are looked at where they lie in one buffer: nothing is allocated for a row.
struct RecordReader: ~Copyable {
    /// Where a field lies in the buffer.
    struct Field {
        var start: Int
        var end: Int
        /// In CSV: it has doubled quotes to be undone. In JSON Lines: its key was met.
        var isMarked = false
    }

    enum Format {
        case csv
        case jsonLines
    }

    enum Scan {
        case complete
        /// The buffer ends within the record.
        case needsMore
    }

    static let maximumFields = 256
    /// A record longer than this is a broken file, most often a quote that is never closed.
    static let maximumRecordBytes = 1 << 24

    let file: InputFile
    let schema: TableSchema
    var problems: ProblemLog
    /// The line on which the record begins, from 1 on.
    var line = 0
    var nextLine = 1
    /// How many records were given, the header not counted.
    private(set) var rowCount = 0

    var format = Format.csv
    var delimiter = UInt8(ascii: ",")
    var buffer: UnsafeMutableRawBufferPointer
    /// The first byte of the next record.
    var position = 0
    var end = 0
    var isExhausted = false

    let fields: UnsafeMutablePointer<Field>
    var fieldCount = 0
    /// For each column of the schema its field in a record; −1 where the file has no such column.
    let fieldOfColumn: UnsafeMutablePointer<Int>
    /// How many fields a CSV record has to have.
    var headerCount = 0
    /// The keys met in JSON Lines.
    var keys = StringTable()
    /// For each of them its column; nil for one that is unknown or read over.
    var columnOfKey: [Int?] = []

    /// Reads the header and sets out the columns. Throws when there is none, or the columns are not those of the schema.
    init(file: InputFile, schema: TableSchema) throws(InputError) {
        self.file = file
        self.schema = schema
        problems = ProblemLog(file: file.name)
        buffer = .allocate(byteCount: 1 << 18, alignment: 16)
        fields = .allocate(capacity: RecordReader.maximumFields)
        fields.initialize(repeating: Field(start: 0, end: 0), count: RecordReader.maximumFields)
        fieldOfColumn = .allocate(capacity: schema.columns.count)
        fieldOfColumn.initialize(repeating: -1, count: schema.columns.count)
        try start()
    }

    deinit {
        buffer.deallocate()
        fields.deallocate()
        fieldOfColumn.deallocate()
    }

    var bytes: UnsafeMutablePointer<UInt8> {
        // The buffer is never empty, so it has an address.
        buffer.baseAddress!.assumingMemoryBound(to: UInt8.self)
    }

    /// Goes to the next row; false at the end. A row that is no row at all is noted and passed over.
    mutating func next() throws(InputError) -> Bool {
        let found =
            switch format {
            case .csv: try nextCSV()
            case .jsonLines: try nextJSONLine()
            }
        if found { rowCount += 1 }
        return found
    }

    /// The bytes of a column in this row, without surrounding blanks; empty where there are none.
    @inline(__always)
    func text(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        let index = fieldOfColumn[column]
        guard index >= 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
        var start = fields[index].start
        var end = fields[index].end
        let bytes = self.bytes
        while start < end, isBlank(bytes[start]) { start += 1 }
        while start < end, isBlank(bytes[end - 1]) { end -= 1 }
        return UnsafeBufferPointer(start: bytes + start, count: end - start)
    }

    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// The same as a String, for messages and for what is kept.
    func string(_ column: Int) -> String { String(decoding: text(column), as: UTF8.self) }

    func hasColumn(_ column: Int) -> Bool { fieldOfColumn[column] >= 0 }

    /// Moves the unread bytes to the front and reads behind them; false when the file has no more.
    mutating func refill() throws(InputError) -> Bool {
        guard !isExhausted else { return false }
        let kept = end - position
        if position > 0 {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[position..<end]))
            position = 0
            end = kept
        }
        if buffer.count - end < 1 << 10 { try growBuffer() }
        let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
        end += count
        isExhausted = count == 0
        return count > 0
    }

    private mutating func growBuffer() throws(InputError) {
        guard buffer.count < RecordReader.maximumRecordBytes else {
            throw problems.fatal(
                line: nextLine, problem: "begins a row that does not end within 16 MiB",
                accepted: "close the quote that was opened on this line")
        }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
        buffer.deallocate()
        buffer = larger
    }

    /// Refuses bytes that are not UTF-8; called only for records with bytes beyond ASCII.
    mutating func checkEncoding(_ range: Range<Int>) throws(InputError) {
        let record = UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count)
        guard String(validating: record, as: UTF8.self) == nil else { return }
        throw problems.fatal(line: line, problem: "is not UTF-8 (wrong encoding)", accepted: "save the file as UTF-8")
    }
}
