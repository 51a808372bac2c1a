import Foundation
import SQLSchema
import SeededTesting
import Storage
import TestSupport
import XCTest

/// A database that is being made, or brought to the newest schema, by a command that is killed in the middle of it.
final class MigrationKillTests: XCTestCase {
    private static let database = "migrated.db"

    func testKilledInAMigration() throws {
        let start = Date()
        let fresh = try Self.freshSchema()
        let tally = CrashCampaign(goal: 50, pace: ["--stepped"]) { world in
            try Self.migrate(in: world)
        } audit: { world, _ in
            try Self.problems(in: world, fresh)
        }.run()
        XCTAssertEqual(tally.problems, [])
        XCTAssertGreaterThanOrEqual(tally.kills, 50)
        CrashTable.add("in a migration", tally, since: start)
        CrashTable.print()
    }

    private static func freshSchema() throws -> [[String]] {
        let folder = try TemporaryFolder()
        let schema = try schema(Database.openForWriting(folder.path(database), durability: .full))
        try folder.remove()
        return schema
    }

    private static func schema(_ database: Database) throws -> [[String]] {
        try database.rows("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")
    }

    // MARK: - One database

    private enum Moment {
        case before
        case during
        case after
    }

    /// A dry run makes a database, or takes up one of the first version, and is killed; then the same command runs to its end.
    private static func migrate(in world: CrashWorld) throws -> CrashCampaign.Rebalance {
        for name in [database, "\(database)-wal", "\(database)-shm", "\(database).\(CrashWorld.account).lock"] {
            try? FileManager.default.removeItem(atPath: world.folder.path(name))
        }
        let isOld = world.generator.chance(50)
        if isOld { try makeOldDatabase(world.folder.path(database)) }
        let targets = try world.writeTargets()
        let longest_us = world.killsWithin_us ?? 20_000
        let moment = try kill(within: longest_us, targets, in: world)
        // The time that a migration takes is not known, so it is found.
        world.killsWithin_us = moment == .after ? longest_us * 9 / 10 : longest_us + 500
        try world.complete(try apply(targets, in: world))
        if isOld {
            let rows = try Database.openForReading(world.folder.path(database))
                .rows("SELECT decided_at FROM pipeline_decisions WHERE decision_id = 'old'")
            guard rows.count == 1 else { throw CrashWorld.WrongEnding(description: "the migration lost a row") }
        }
        return CrashCampaign.Rebalance(kills: moment == .during ? 1 : 0)
    }

    private static func apply(_ targets: [String], in world: CrashWorld) throws -> ChildProcess {
        try ChildProcess(
            "execution",
            ["apply", "--mode", "production", "--db", database, "--config", "production.json"] + targets,
            in: world.folder)
    }

    /// Kills a dry run after it has locked the account, which is what it does before it opens the database.
    private static func kill(
        within longest_us: Int, _ targets: [String], in world: CrashWorld
    ) throws -> Moment {
        let command = try apply(targets, in: world)
        let lock = "\(database).\(CrashWorld.account).lock"
        guard Wait.until(20, every: 0.000_1, { world.folder.has(lock) }) else {
            throw CrashWorld.WrongEnding(description: "the account was not locked: \(command.errors)")
        }
        usleep(UInt32(world.generator.number(0...longest_us)))
        command.send(SIGKILL)
        guard try command.ending() == .killed(signal: SIGKILL) else { return .after }
        guard world.folder.has(database) else { return .before }
        return try version(world.folder.path(database)) == Int64(SQLSchema.version) ? .after : .during
    }

    /// Of a file as it was left behind; nil where it cannot be read.
    private static func version(_ path: String) throws -> Int64? {
        let connection = try Connection(path: path, mode: .readOnly)
        return try? connection.integer("PRAGMA user_version")
    }

    /// The first version of the schema, with a row in it.
    private static func makeOldDatabase(_ path: String) throws {
        let connection = try Connection(path: path, mode: .create)
        try connection.execute(
            """
            PRAGMA application_id = \(SQLSchema.applicationID);
            \(SQLSchema.migrations[0].sql)
            PRAGMA user_version = 1;
            INSERT INTO pipeline_decisions (decision_id, decided_at) VALUES ('old', '2014-01-01T00:00:00.000Z');
            """)
    }

    /// Whether the schema is that of a new database, nothing is lost, and everything in the database holds.
    private static func problems(in world: CrashWorld, _ fresh: [[String]]) throws -> [String] {
        let opened = try Database.openForReading(world.folder.path(database))
        var problems = try DatabaseVerifier(opened).verify().filter { $0.severity == .broken }.map(\.description)
        if try schema(opened) != fresh { problems.append("the schema is not that of a new database") }
        return problems
    }
}
