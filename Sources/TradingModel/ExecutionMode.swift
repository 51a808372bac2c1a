/// What a run is for; the same engine serves both, only the venue differs.
public enum ExecutionMode: String, Sendable, CaseIterable {
    /// Orders fill in the market simulator.
    case training = "TRAINING"
    /// Orders go to a broker.
    case production = "PRODUCTION"
}
