/// What the state machine around this program says of itself.
public enum AgentState: Sendable, Equatable {
    /// No variable names one.
    case notSet
    case state(String)
    /// It cannot be told; why is a sentence without its point.
    case unreadable(String)

    static func isWord(_ text: String) -> Bool {
        text.first.map { ("A"..."Z").contains($0) } ?? false
            && text.allSatisfy { ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
    }
}

extension ExecutionEnvironment {
    /// The agent's state now, by `AGENT_STATE` or the file of `AGENT_STATE_FILE`; where both are there and differ it cannot be told.
    public func agentState() -> AgentState {
        let own = word(.agentState)
        guard let path = text(.agentStateFile) else { return own.map { .state($0) } ?? .notSet }
        switch WordFile(path: path).read() {
        case .missing: return .unreadable("the file of AGENT_STATE_FILE is not there: \(path)")
        case .unreadable(let why): return .unreadable("the file of AGENT_STATE_FILE cannot be read: \(why)")
        case .word(let word):
            guard AgentState.isWord(word) else {
                return .unreadable("the file of AGENT_STATE_FILE holds no state: \(path): \(JSONString.quoted(word))")
            }
            guard let own, own != word else { return .state(word) }
            return .unreadable("AGENT_STATE is \(own), and the file of AGENT_STATE_FILE says \(word)")
        }
    }
}
