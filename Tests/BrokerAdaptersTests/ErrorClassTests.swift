import XCTest

@testable import BrokerAdapters

final class ErrorClassTests: XCTestCase {
    func testCodesInTheirContext() {
        let rules: [(Int32, TWSErrorContext, TWSErrorClass)] = [
            (2104, .none, .notice), (2158, .newOrder, .notice), (10167, .dataRequest, .notice),
            (1100, .none, .connectivity(.lost)), (2110, .none, .connectivity(.lost)),
            (1101, .none, .connectivity(.restored(areSubscriptionsLost: true))),
            (1102, .none, .connectivity(.restored(areSubscriptionsLost: false))),
            (1300, .none, .connectivity(.portMoved)), (2105, .none, .connectivity(.farmLost)),
            (326, .none, .connectionRefused), (507, .none, .connectionRefused), (100, .newOrder, .pacing),
            (200, .dataRequest, .requestRefused), (200, .newOrder, .orderRejected), (200, .workingOrder, .unknown),
            (321, .dataRequest, .requestRefused), (321, .none, .requestRefused), (321, .newOrder, .orderRejected),
            (321, .modify, .modifyRefused(.stands)), (321, .cancel, .unknown),
            (110, .newOrder, .orderRejected), (110, .modify, .modifyRefused(.stands)), (110, .workingOrder, .unknown),
            (103, .newOrder, .orderRejected), (103, .modify, .modifyRefused(.uncertain)),
            (104, .modify, .modifyRefused(.filled)), (105, .modify, .modifyRefused(.stands)),
            (2102, .modify, .modifyRefused(.stands)), (134, .modify, .modifyRefused(.uncertain)),
            (201, .newOrder, .orderRejected), (201, .cancel, .orderRejected), (201, .workingOrder, .orderRejected),
            (201, .modify, .modifyRefused(.uncertain)), (201, .dataRequest, .unknown),
            (202, .cancel, .orderEnded), (202, .workingOrder, .orderEnded), (202, .none, .orderEnded),
            (399, .newOrder, .orderWarning), (404, .workingOrder, .orderWarning), (10349, .newOrder, .orderWarning),
            (10147, .cancel, .cancelVerdict(.unknownOrder)), (135, .cancel, .cancelVerdict(.unknownOrder)),
            (10148, .cancel, .cancelVerdict(.notCancellable)), (161, .cancel, .cancelVerdict(.notCancellable)),
            (460, .newOrder, .orderProbablyRejected), (133, .newOrder, .orderProbablyRejected),
            (460, .modify, .modifyRefused(.uncertain)), (460, .workingOrder, .unknown),
            (10256, .newOrder, .unknown), (10256, .none, .unknown), (0, .none, .unknown), (-1, .modify, .unknown),
        ]
        for (code, context, expected) in rules {
            XCTAssertEqual(TWSErrorClass(code: code, context: context), expected, "\(code) in \(context)")
        }
    }

    /// A code about data never ends an order, and a code about orders never says a data request was answered.
    func testDataRequestsAndOrdersAreKeptApart() {
        for code in Int32(-10)...11_000 {
            switch TWSErrorClass(code: code, context: .dataRequest) {
            case .orderRejected, .orderProbablyRejected, .orderEnded, .modifyRefused, .cancelVerdict, .orderWarning:
                XCTFail("\(code) is about an order")
            default: break
            }
            for context in [TWSErrorContext.newOrder, .modify, .cancel, .workingOrder] {
                XCTAssertNotEqual(TWSErrorClass(code: code, context: context), .requestRefused, "\(code)")
            }
            for context in [TWSErrorContext.modify, .workingOrder, .cancel] where code != 201 {
                XCTAssertNotEqual(TWSErrorClass(code: code, context: context), .orderRejected, "\(code)")
            }
        }
    }

    func testAMessageIsClassifiedByItsCode() {
        let message = TWSErrorMessage { $0.code = 110 }
        XCTAssertEqual(message.classified(in: .modify), .modifyRefused(.stands))
    }
}
