import Dispatch
import Synchronization

/// A short queue between two threads: who gives waits while it is full, who takes waits while it is empty.
final class HandOver<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)
    private let stock = DispatchSemaphore(value: 0)

    init(capacity: Int) {
        for _ in 0..<capacity { room.signal() }
    }

    /// Adds an element; false when the queue was closed, which then does not have it.
    @discardableResult
    func give(_ element: Element) -> Bool {
        room.wait()
        let isOpen = state.withLock { state in
            if !state.isClosed { state.elements.append(element) }
            return !state.isClosed
        }
        if isOpen { stock.signal() } else { room.signal() }
        return isOpen
    }

    /// Removes the oldest element; nil when the queue was closed and has no more.
    func take() -> Element? {
        stock.wait()
        let element = state.withLock { $0.elements.isEmpty ? nil : $0.elements.removeFirst() }
        if element == nil { stock.signal() } else { room.signal() }
        return element
    }

    /// Nothing more goes in; whoever waits goes on.
    func close() {
        state.withLock { $0.isClosed = true }
        room.signal()
        stock.signal()
    }
}
