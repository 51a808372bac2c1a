import BrokerAdapters

/// One connection between a process and the gateway, as the network has it.
struct Link {
    let id: Int
    let process: Int
    /// The process's own number of it.
    let connection: Int64
    /// When the last bytes of each direction arrive; nothing overtakes them.
    var toGatewayUntil_ms: Int64 = 0
    var toClientUntil_ms: Int64 = 0
    /// Bytes disappear, and nobody is told.
    var isSilent = false
    /// Nothing more is carried; both sides will hear of it.
    var isCut = false
    var isOpenAtGateway = false
    var isOpenAtClient = false

    /// What the client says, frame by frame.
    var requests = TWSFrameDecoder(expectsPrefix: true)
    /// What the gateway says, frame by frame.
    var messages = TWSFrameDecoder()
    var hasGreeted = false
    /// What has arrived at each side.
    var arrivedAtGateway = TWSFrameDecoder(expectsPrefix: true)
    var arrivedAtClient = TWSFrameDecoder()
    /// Messages of the gateway that are held back, and after how many others they go.
    var held: [(bytes: [UInt8], after: Int)] = []
    /// Lists of open orders that were asked for and have not ended.
    var openOrderLists = 0

    init(id: Int, process: Int, connection: Int64) {
        self.id = id
        self.process = process
        self.connection = connection
    }
}

/// A payload as far as a world looks into it.
struct PayloadFields {
    let fields: [String]

    /// The first few fields of a payload.
    init(_ payload: [UInt8], _ count: Int = 5) {
        fields = payload.split(separator: 0, maxSplits: count, omittingEmptySubsequences: false).prefix(count)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    var id: Int { fields.first.flatMap { Int($0) } ?? 0 }

    func number(_ index: Int) -> Int32? { index < fields.count ? Int32(fields[index]) : nil }
}
