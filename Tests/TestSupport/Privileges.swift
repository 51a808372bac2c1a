import Foundation

/// Runs `body` as somebody whom file permissions bind: the superuser, whom they do not, becomes nobody meanwhile.
public func boundByPermissions<Result>(_ body: () throws -> Result) throws -> Result {
    guard geteuid() == 0 else { return try body() }
    try become(65_534)
    let result = Swift.Result { try body() }
    try become(0)
    return try result.get()
}

private func become(_ user: uid_t) throws {
    guard seteuid(user) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM) }
}
