/// Collects the findings of one invariant, up to a number that a person reads.
struct FindingList {
    let check: String
    let severity: Finding.Severity
    private var listed: [Finding] = []
    private var more = 0

    init(check: String, severity: Finding.Severity) {
        self.check = check
        self.severity = severity
    }

    mutating func add(runID: String?, _ message: String) {
        guard listed.count < DatabaseVerifier.findingsPerInvariant else {
            more += 1
            return
        }
        listed.append(Finding(severity: severity, check: check, runID: runID, message: message))
    }

    var findings: [Finding] {
        more == 0
            ? listed : listed + [Finding(severity: severity, check: check, runID: nil, message: "and \(more) more")]
    }
}
