extension LiveGate {
    /// What the environment variables say about sending orders.
    public struct Environment: Sendable, Equatable {
        /// The value of `EXEC_DRY_RUN`; nil where it is not set.
        public let execDryRun: String?
        /// `EXECUTION_HALTED`: on for every value but none and `0`.
        public let halted: KillSwitch
        /// The file of `EXECUTION_HALTED_FILE`, which may come and go while a run goes on.
        public let haltFile: HaltFile

        /// Reads the variables of a process.
        public init(_ variables: [String: String]) {
            execDryRun = variables["EXEC_DRY_RUN"]
            haltFile = HaltFile(path: variables["EXECUTION_HALTED_FILE"])
            let value = variables["EXECUTION_HALTED"] ?? ""
            let isOff = value.isEmpty || value == "0"
            halted = isOff ? .off : .on(reason: "EXECUTION_HALTED is \(JSONString.quoted(value))")
        }
    }
}
