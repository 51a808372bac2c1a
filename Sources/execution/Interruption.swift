import Foundation
import Synchronization

/// Ctrl-C and SIGTERM ask a run to stop between two commits; a second one stops the process at once.
enum Interruption {
    private static let wasAsked = Atomic<Bool>(false)

    /// Starts to listen.
    static func listen() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interruption.wasAsked.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    static var isAsked: Bool { wasAsked.load(ordering: .relaxed) }
}
