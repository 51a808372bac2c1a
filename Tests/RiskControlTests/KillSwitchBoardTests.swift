import RiskControl
import TradingModel
import XCTest

final class KillSwitchBoardTests: XCTestCase {
    private typealias Switch = KillSwitchBoard.Switch

    private let order = KillSwitchSubject(strategy: "momentum", ticker: "IBM", venue: "ibkr", account: "DU123")

    private func board(
        _ scope: KillSwitchScope, _ level: KillSwitchLevel, cancels: Bool = false, flattens: Bool = false
    ) -> KillSwitchBoard {
        KillSwitchBoard([Switch(scope, level, "\(scope)", cancelsOpen: cancels, flattens: flattens)])
    }

    /// Every scope that fits, and one beside it.
    func testWhomASwitchIsAbout() {
        let cases: [(KillSwitchScope, isMeant: Bool, isWhole: Bool)] = [
            (.all, true, true), (.account("DU123"), true, true), (.account("DU12"), false, false),
            (.account("du123"), false, false), (.venue("ibkr"), true, true), (.venue("alpaca"), false, false),
            (.strategy("momentum"), true, false), (.strategy("Momentum"), false, false), (.ticker("IBM"), true, false),
            (.ticker("IBMX"), false, false),
        ]
        for (scope, isMeant, isWhole) in cases {
            let halted = board(scope, .halted)
            XCTAssertEqual(halted.stop(of: order, isReduction: true), isMeant ? .halted : nil, "\(scope)")
            XCTAssertEqual(halted.halts(at: "ibkr", of: "DU123").count, isWhole ? 1 : 0, "\(scope)")
        }
        let nameless = KillSwitchSubject(strategy: nil, ticker: "IBM", venue: "ibkr", account: "DU123")
        XCTAssertNil(board(.strategy("momentum"), .halted).stop(of: nameless, isReduction: false))
        XCTAssertEqual(board(.all, .halted).stop(of: nameless, isReduction: false), .halted)
    }

    func testWhatALevelLetsLeave() {
        let cases: [(KillSwitchLevel, isReduction: Bool, StatusReason?)] = [
            (.active, false, nil), (.active, true, nil), (.reducing, false, .haltedReducing), (.reducing, true, nil),
            (.halted, false, .halted), (.halted, true, .halted),
        ]
        for (level, isReduction, reason) in cases {
            XCTAssertEqual(board(.all, level).stop(of: order, isReduction: isReduction), reason, "\(level)")
        }
        XCTAssertTrue(board(.all, .active).isClear)
        XCTAssertTrue(board(.all, .reducing).halts(at: "ibkr", of: "DU123").isEmpty)
    }

    func testTheStrongestSwitchCounts() {
        let both = KillSwitchBoard([Switch(.all, .reducing, "a"), Switch(.ticker("IBM"), .halted, "b")])
        XCTAssertEqual(both.stop(of: order, isReduction: false), .halted)
        XCTAssertEqual(both.stop(of: order, isReduction: true), .halted)
        var other = order
        other.ticker = "AAPL"
        XCTAssertEqual(both.stop(of: other, isReduction: false), .haltedReducing)
        XCTAssertNil(both.stop(of: other, isReduction: true))
    }

    func testWhatIsCancelled() {
        XCTAssertFalse(board(.all, .halted).cancels(order, isReduction: false), "nobody asked for it")
        XCTAssertTrue(board(.all, .halted, cancels: true).cancels(order, isReduction: true))
        XCTAssertTrue(board(.all, .reducing, cancels: true).cancels(order, isReduction: false))
        XCTAssertFalse(board(.all, .reducing, cancels: true).cancels(order, isReduction: true), "it may go on")
        XCTAssertFalse(board(.ticker("AAPL"), .halted, cancels: true).cancels(order, isReduction: false))
    }

    /// A switch that asks for positions to be closed lets what closes them leave; others do not.
    func testTheBoardForFlattening() {
        let asking = board(.all, .halted, cancels: true, flattens: true)
        XCTAssertEqual(asking.flattening(at: "ibkr", of: "DU123").count, 1)
        XCTAssertNil(asking.forFlattening.stop(of: order, isReduction: true))
        XCTAssertEqual(asking.forFlattening.stop(of: order, isReduction: false), .haltedReducing)
        XCTAssertTrue(asking.forFlattening.halts(at: "ibkr", of: "DU123").isEmpty)
        let another = KillSwitchBoard(asking.switches + [Switch(.ticker("IBM"), .halted, "not this one")])
        XCTAssertEqual(another.forFlattening.stop(of: order, isReduction: true), .halted)
        XCTAssertTrue(board(.account("DU9"), .halted, flattens: true).flattening(at: "ibkr", of: "DU123").isEmpty)
    }

    func testScopesAreNamedAsInTheTable() {
        let scopes: [KillSwitchScope] = [.all, .account("A"), .venue("V"), .strategy("S"), .ticker("T")]
        XCTAssertEqual(scopes.map(\.description), ["ALL", "ACCOUNT A", "VENUE V", "STRATEGY S", "TICKER T"])
        XCTAssertEqual(scopes.map(\.kind), KillSwitchScope.Kind.allCases)
        for scope in scopes { XCTAssertEqual(KillSwitchScope(scope.kind, name: scope.name), scope) }
        XCTAssertNil(KillSwitchScope(.all, name: "X"))
        XCTAssertNil(KillSwitchScope(.ticker, name: ""))
        XCTAssertEqual(KillSwitchLevel.allCases, KillSwitchLevel.allCases.sorted())
    }
}
