import TradingModel

/// The words of closed lists at fixed addresses.
struct JournalCodes {
    private let sides: [PooledText]
    private let actions: [PooledText]
    private let states: [PooledText]
    private let reasons: [StatusReason: PooledText]
    private let reasonDetails: [StatusReason: PooledText]
    private let resizeDetails: [ResizeCause: PooledText]
    private let limitations: [Limitation: PooledText]
    private let rules: [FillRule: PooledText]
    private let brokerRules: [BrokerFillRule: PooledText]
    private let cashKinds: [CashKind: PooledText]

    init(_ pool: TextPool) {
        sides = [Side.buy, .sell].map { pool.intern($0.code) }
        actions = OrderAction.allCases.map { pool.intern($0.code) }
        states = JournalCodes.exampleStates.map { pool.intern($0.code) }
        reasons = Dictionary(uniqueKeysWithValues: StatusReason.allCases.map { ($0, pool.intern($0.rawValue)) })
        reasonDetails = Dictionary(
            uniqueKeysWithValues: StatusReason.allCases.map { ($0, pool.intern("{\(EventDetail.field(of: $0))}")) })
        resizeDetails = Dictionary(
            uniqueKeysWithValues: ResizeCause.allCases.map { ($0, pool.intern("{\(EventDetail.field(of: $0))}")) })
        limitations = Dictionary(uniqueKeysWithValues: Limitation.allCases.map { ($0, pool.intern($0.rawValue)) })
        rules = Dictionary(uniqueKeysWithValues: FillRule.allCases.map { ($0, pool.intern($0.rawValue)) })
        brokerRules = Dictionary(uniqueKeysWithValues: BrokerFillRule.allCases.map { ($0, pool.intern($0.rawValue)) })
        cashKinds = Dictionary(uniqueKeysWithValues: CashKind.allCases.map { ($0, pool.intern($0.rawValue)) })
    }

    /// One state of each code, in the order of `position(of:)`.
    private static let exampleStates: [OrderState] = [
        .denied(.belowLot), .planned, .submitted, .working, .unknown, .filled, .cancelled(.belowLot),
        .expired(.belowLot),
        .rejected(.belowLot),
    ]

    private static func position(of state: OrderState) -> Int {
        switch state {
        case .denied: 0
        case .planned: 1
        case .submitted: 2
        case .working: 3
        case .unknown: 4
        case .filled: 5
        case .cancelled: 6
        case .expired: 7
        case .rejected: 8
        }
    }

    func side(_ side: Side) -> PooledText { sides[Int(side.rawValue)] }
    func action(_ action: OrderAction) -> PooledText { actions[Int(action.rawValue)] }
    func state(_ state: OrderState) -> PooledText { states[JournalCodes.position(of: state)] }
    func reason(_ reason: StatusReason?) -> PooledText? { reason.flatMap { reasons[$0] } }
    func limitation(_ limitation: Limitation?) -> PooledText? { limitation.flatMap { limitations[$0] } }
    func rule(_ rule: FillRule) -> PooledText? { rules[rule] }
    func rule(_ rule: BrokerFillRule) -> PooledText? { brokerRules[rule] }
    func cashKind(_ kind: CashKind) -> PooledText? { cashKinds[kind] }

    /// What an event says beyond its columns, as JSON.
    func detail(of event: OrderEventRecord) -> PooledText? {
        if case .resized(let cause) = event.kind { return resizeDetails[cause] }
        return event.newReason.flatMap { reasonDetails[$0] }
    }
}
