import Foundation

/// What a process cost.
struct Cost {
    var wall_s: Double
    var cpu_s: Double
    var peak_MiB: Double
}

/// Runs a program to its end and measures it.
enum ChildProcess {
    struct Result {
        var cost: Cost
        var exitCode: Int32
        var output: String
    }

    /// - Parameter outputPath: where its standard output goes; standard error follows it to the same path with `.err`.
    static func run(_ path: String, _ arguments: [String], outputPath: String) throws -> Result {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath, flags, 0o644)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, outputPath + ".err", flags, 0o644)
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let start = Clock.seconds
        let status = posix_spawnp(&process, path, &actions, nil, &words, environ)
        guard status == 0 else { throw BenchmarkError("\(path) cannot be run: \(String(cString: strerror(status)))") }
        var exit: Int32 = 0
        var usage = rusage()
        while wait4(process, &exit, 0, &usage) < 0, errno == EINTR {}
        let wall_s = Clock.seconds - start
        let cost = Cost(
            wall_s: wall_s, cpu_s: Clock.seconds(usage.ru_utime) + Clock.seconds(usage.ru_stime),
            peak_MiB: Double(usage.ru_maxrss) / 1_024)
        let output = try String(contentsOfFile: outputPath, encoding: .utf8)
        return Result(cost: cost, exitCode: exit & 0x7F == 0 ? exit >> 8 & 0xFF : 128 + (exit & 0x7F), output: output)
    }
}

/// The clocks of this process.
enum Clock {
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Processor time of this process, user and system.
    static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
