/// Gathers lines, and hands them on in pieces of whole lines, so that memory does not grow with the journal.
final class LedgerBuffer {
    private static let pieceSize = 1 << 20

    private let destination: any LedgerDestination
    private var bytes: [UInt8] = []
    /// Lines that were taken so far.
    private(set) var lineCount = 0
    private var isSynchronized = true

    init(_ destination: any LedgerDestination) {
        self.destination = destination
        bytes.reserveCapacity(LedgerBuffer.pieceSize * 2)
    }

    /// Takes a line without its newline.
    func append(_ line: UnsafeRawBufferPointer) throws(LedgerFailure) {
        bytes.append(contentsOf: line)
        bytes.append(UInt8(ascii: "\n"))
        lineCount += 1
        if bytes.count >= LedgerBuffer.pieceSize { try handOn() }
    }

    /// Hands on what is left; what was taken is on the disk when this returns.
    func finish() throws(LedgerFailure) {
        if !bytes.isEmpty { try handOn() }
        if !isSynchronized { try destination.synchronize() }
        isSynchronized = true
    }

    private func handOn() throws(LedgerFailure) {
        isSynchronized = false
        try destination.append(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
