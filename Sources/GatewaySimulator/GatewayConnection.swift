import BrokerAdapters
import TradingModel

/// One client's connection, from its first byte to its last.
struct GatewayConnection {
    enum Phase: Equatable {
        /// Waits for the versions the client speaks.
        case greeting
        /// Waits for startApi.
        case greeted
        /// Serves a client id.
        case ready(clientID: Int32)
        /// Takes and sends nothing more.
        case closed
    }

    let id: ConnectionID
    var phase = Phase.greeting
    var decoder = TWSFrameDecoder(expectsPrefix: true)
    /// From the greeting on.
    var codec: TWSCodec?
    var subscriptions = GatewaySubscriptions()

    /// What waits to be handed out.
    var outbox: [Piece] = []
    var mustClose = false
    /// A message that a fault holds back until the next one is out.
    var heldBack: [UInt8]?
    var bytesReceived = 0
    /// Wall times of the last second's messages, for pacing.
    var arrivals: [Timestamp] = []

    /// Bytes with a delay of their own.
    struct Piece {
        var bytes: [UInt8]
        var delay_ms: Int64
    }

    init(_ id: ConnectionID) { self.id = id }

    var clientID: Int32? {
        if case .ready(let clientID) = phase { clientID } else { nil }
    }

    mutating func append(_ bytes: [UInt8], delay_ms: Int64) {
        if delay_ms == 0, let last = outbox.indices.last {
            outbox[last].bytes.append(contentsOf: bytes)
        } else {
            outbox.append(Piece(bytes: bytes, delay_ms: delay_ms))
        }
    }

    mutating func close() {
        phase = .closed
        mustClose = true
        heldBack = nil
    }
}

/// What a client wants to be told without asking again.
struct GatewaySubscriptions {
    var positions = false
    var accountUpdates = false
    var summaries: [TWSReqAccountSummary] = []
    var profits: [Int32] = []
    var singleProfits: [SingleProfit] = []
    var ticks: [TickStream] = []
    /// Account updates of the multi kind, by request.
    var accountUpdatesMulti: [Int32] = []

    struct SingleProfit {
        var requestID: Int32
        var instrument: InstrumentID
    }

    struct TickStream {
        var requestID: Int32
        var instrument: InstrumentID
    }
}
