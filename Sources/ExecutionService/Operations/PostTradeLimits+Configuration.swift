import Reporting

extension PostTradeLimits {
    init(_ checks: ChecksConfiguration) {
        self.init(
            maxLatency_ms: checks.maxLatency?.ms, maxRejectRateE9: checks.maxRejectRateE9,
            maxSilence_ms: checks.maxSilence?.ms)
    }
}
