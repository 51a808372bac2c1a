import ExecutionService
import Foundation

/// Standard output for results, standard error for people.
enum Terminal {
    static func print(_ text: String) throws {
        try write(text + "\n", to: .standardOutput)
    }

    /// Results without a newline of their own.
    static func write(_ text: String) throws {
        try write(text, to: .standardOutput)
    }

    static func note(_ text: String) {
        try? write(text + "\n", to: .standardError)
    }

    private static func write(_ text: String, to handle: FileHandle) throws {
        try handle.write(contentsOf: Data(text.utf8))
    }

    /// Whether somebody sits at the terminal who can answer.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Asks on standard error and takes a line; nil at the end of the input, and when there is no more to ask for.
    static func ask(_ question: String, unless isOver: () -> Bool = { false }) -> String? {
        try? write(question, to: .standardError)
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while poll(&input, 1, 100) <= 0 {
            guard !isOver() else {
                note("")
                return nil
            }
        }
        return readLine()?.trimmingCharacters(in: .whitespaces)
    }

    static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }
}

/// A bar on standard error that rewrites its line; silent where nobody watches.
final class ProgressBar {
    private let label: String
    private let isShown: Bool
    private var lastPercent = -1

    init(_ label: String) {
        self.label = label
        isShown = Terminal.showsProgress
    }

    func show(_ fraction: Double, _ detail: String) {
        let percent = Int(fraction * 100)
        guard isShown, percent != lastPercent else { return }
        lastPercent = percent
        let filled = min(30, Int(fraction * 30))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
        write("\r\(label) [\(bar)] \(percent) % \(detail)\u{1B}[K")
    }

    /// Takes the bar away.
    func finish() {
        guard isShown, lastPercent >= 0 else { return }
        write("\r\u{1B}[K")
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
