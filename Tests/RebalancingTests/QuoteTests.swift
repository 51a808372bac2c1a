import BrokerAdapters
import OrderRouting
import TradingModel
import XCTest

@testable import Rebalancing

/// What is made of a quote.
final class QuoteTests: XCTestCase {
    private func price(_ units: Int64) -> Price { Price(e8: units * Price.scale) }

    func testTheMiddleIsBetweenBidAndAsk() {
        let cases: [(bid: Int64?, ask: Int64?, middle: Int64?)] = [
            (108, 110, 109), (109, 109, 109), (110, 108, nil), (nil, 110, nil), (108, nil, nil), (nil, nil, nil),
        ]
        for row in cases {
            let quote = Quote(last: price(100), bid: row.bid.map(price), ask: row.ask.map(price))
            XCTAssertEqual(quote.middle, row.middle.map(price), "\(row)")
        }
    }
}
