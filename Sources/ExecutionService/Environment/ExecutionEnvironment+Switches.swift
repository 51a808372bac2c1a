import RiskControl

extension ExecutionEnvironment {
    /// The kill switches of the environment as they stand now: the variables of the process, and the files that they name.
    ///
    /// A halt of the environment cancels what is open. One that cannot be read is on.
    public func switches() -> [KillSwitchBoard.Switch] {
        [Name.executionHalted, .execKillSwitch].compactMap(variableSwitch)
            + [Name.executionHaltedFile, .execKillSwitchFile].compactMap(fileSwitch)
    }

    private func variableSwitch(_ name: Name) -> KillSwitchBoard.Switch? {
        guard let value = word(name) else { return nil }
        let shown = JSONString.quoted(value)
        return switch BooleanWord.read(value) {
        case false?: nil
        case true?: Self.halt("\(name.rawValue) is \(shown)")
        case nil: Self.halt("\(name.rawValue) is \(shown), which is not \(BooleanWord.accepted)")
        }
    }

    /// `1` halts, `0` allows, and so does a file that is not there; whatever else it holds halts.
    private func fileSwitch(_ name: Name) -> KillSwitchBoard.Switch? {
        guard let path = text(name) else { return nil }
        let file = "the file of \(name.rawValue)"
        return switch WordFile(path: path).read() {
        case .missing, .word("0"): nil
        case .word("1"): Self.halt("\(file) halts: \(path) holds 1")
        case .word(""): Self.halt("\(file) halts: \(path) is empty, and only 0 allows")
        case .word(let word): Self.halt("\(file) halts: \(path) holds \(JSONString.quoted(word)), and only 0 allows")
        case .unreadable(let why): Self.halt("\(file) cannot be read: \(why)")
        }
    }

    private static func halt(_ sentence: String) -> KillSwitchBoard.Switch {
        KillSwitchBoard.Switch(.all, .halted, sentence, cancelsOpen: true)
    }
}
