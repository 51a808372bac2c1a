import Foundation
import XCTest

@testable import ExecutionService

/// The queue between two threads.
final class HandOverTests: XCTestCase {
    func testEverythingArrivesInItsOrder() {
        let queue = HandOver<Int>(capacity: 3)
        Thread.detachNewThread {
            for number in 1...10_000 { queue.give(number) }
            queue.close()
        }
        var taken: [Int] = []
        while let number = queue.take() { taken.append(number) }
        XCTAssertEqual(taken, Array(1...10_000))
        XCTAssertNil(queue.take())
    }

    func testAClosedQueueTakesNothingMoreAndGivesWhatItHas() {
        let queue = HandOver<Int>(capacity: 2)
        XCTAssertTrue(queue.give(1))
        XCTAssertTrue(queue.give(2))
        queue.close()
        XCTAssertFalse(queue.give(3))
        XCTAssertEqual([queue.take(), queue.take(), queue.take()], [1, 2, nil])
    }

    func testWhoWaitsForRoomGoesOnWhenTheQueueIsClosed() {
        let queue = HandOver<Int>(capacity: 1)
        let answer = HandOver<Bool>(capacity: 1)
        queue.give(1)
        Thread.detachNewThread { answer.give(queue.give(2)) }
        queue.close()
        XCTAssertEqual(answer.take(), false)
    }
}
