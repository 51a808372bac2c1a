/// How an order is carried out: in parts by this service, or by an algorithm of the broker's own.
public indirect enum AlgorithmTerms: Sendable, Hashable {
    /// What becomes of a quantity that is left when the window ends.
    public enum Finish: String, Sendable, Hashable, CaseIterable {
        /// It expires.
        case cancel
        /// It goes to the market at once.
        case market
    }

    /// How eagerly IBKR's Adaptive algorithm trades.
    public enum Urgency: String, Sendable, Hashable, CaseIterable {
        case patient
        case normal
        case urgent
    }

    /// Equal slices over a window.
    case twap(duration_ms: Int64, slices: Int32, finish: Finish)
    /// Slices over a window, weighted by the ticker's own average volume at their time of day over the past `days` dates.
    case vwap(duration_ms: Int64, slices: Int32, days: Int32, finish: Finish)
    /// A share, in units of 10⁻⁹, of the volume that trades in a window; looked at no more often than every `interval_ms`.
    case pov(shareE9: Int64, interval_ms: Int64, duration_ms: Int64, finish: Finish)
    /// Shows `display` at a time.
    case iceberg(display: Quantity, duration_ms: Int64?, finish: Finish)
    case ibkrAdaptive(Urgency)
    case ibkrTWAP(duration_ms: Int64?, allowsPastEnd: Bool)
    /// Never more than a share of the volume, in units of 10⁻⁹.
    case ibkrVWAP(shareE9: Int64, duration_ms: Int64?, allowsPastEnd: Bool)

    /// `twap`, `ibkr_adaptive`, …, as files and tables spell it.
    public var name: String {
        switch self {
        case .twap: "twap"
        case .vwap: "vwap"
        case .pov: "pov"
        case .iceberg: "iceberg"
        case .ibkrAdaptive: "ibkr_adaptive"
        case .ibkrTWAP: "ibkr_twap"
        case .ibkrVWAP: "ibkr_vwap"
        }
    }

    /// Every name, in the order of the documentation.
    public static let names = ["twap", "vwap", "pov", "iceberg", "ibkr_adaptive", "ibkr_twap", "ibkr_vwap"]

    /// Whether the broker carries it out; the order goes there as a whole.
    public var isOfBroker: Bool {
        switch self {
        case .ibkrAdaptive, .ibkrTWAP, .ibkrVWAP: true
        case .twap, .vwap, .pov, .iceberg: false
        }
    }

    /// How long it works, in ms; nil as long as its time in force.
    public var duration_ms: Int64? {
        switch self {
        case .twap(let duration, _, _), .vwap(let duration, _, _, _), .pov(_, _, let duration, _): duration
        case .iceberg(_, let duration, _): duration
        case .ibkrTWAP(let duration, _), .ibkrVWAP(_, let duration, _): duration
        case .ibkrAdaptive: nil
        }
    }

    /// Whether it needs the volumes of past bars.
    public var needsVolumeCurve: Bool { if case .vwap = self { true } else { false } }
}

/// What an order is to an algorithm of this service.
public indirect enum AlgorithmRole: Sendable, Hashable {
    /// It is carried out by children, or by the broker's algorithm; `startedAt` is nil until it begins.
    case parent(AlgorithmTerms, startedAt: Timestamp?)
    /// It carries out a part of another order; `number` counts the parts from 1 on.
    case child(of: OrderNumber, number: Int32)
}

extension OrderRecord {
    /// The algorithm that carries the order out; nil for a plain order and for a child.
    public var algorithm: AlgorithmTerms? {
        if case .parent(let terms, _)? = role { terms } else { nil }
    }

    /// When its algorithm began.
    public var algorithmStart: Timestamp? {
        if case .parent(_, let startedAt)? = role { startedAt } else { nil }
    }

    /// The order that this one carries out a part of.
    public var algorithmParent: OrderNumber? {
        if case .child(let parent, _)? = role { parent } else { nil }
    }

    /// Its place among the children of its parent, from 1 on.
    public var childNumber: Int32? {
        if case .child(_, let number)? = role { number } else { nil }
    }

    /// Whether children of this service carry it out, so that it never goes to a venue itself.
    public var isWorkedHere: Bool { algorithm.map { !$0.isOfBroker } ?? false }
}
