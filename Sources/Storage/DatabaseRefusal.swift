/// Why a file is not used as a database of this service; nothing in it was changed.
public enum DatabaseRefusal: Error, Equatable, Sendable {
    /// There is no such file.
    case missing(path: String)
    /// The file has no bytes: no database was ever made in it.
    case empty(path: String)
    /// To be made in a folder that is not there.
    case noFolder(path: String, folder: String)
    /// The path is a directory.
    case directory(path: String)
    /// The file is no SQLite database.
    case notADatabase(path: String)
    /// A SQLite database of another program.
    case notOurs(path: String, applicationID: Int32)
    /// Written by a newer version of this program.
    case newer(path: String, version: Int32, supported: Int32)
    /// Of an older schema, and opened in a way that does not migrate it.
    case older(path: String, version: Int32, needed: Int32)
    /// To be written, but the file or its folder cannot be.
    case readOnly(path: String)
}

extension DatabaseRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let path): "\(path): no such file; make a database with `execution init --db \(path)`"
        case .empty(let path): "\(path): this file is empty; make a database in it with `execution init --db \(path)`"
        case .noFolder(let path, let folder):
            "\(path): there is no folder \(folder); make it first, or give another path"
        case .directory(let path): "\(path): this is a directory; give the path of a database file"
        case .notADatabase(let path): "\(path): this file is no SQLite database"
        case .notOurs(let path, let applicationID):
            applicationID == 0
                ? "\(path): this SQLite database was not made by this program; give another path"
                : "\(path): this SQLite database belongs to another program (application_id \(applicationID)); give another path"
        case .newer(let path, let version, let supported):
            "\(path): schema version \(version) is newer than version \(supported), the newest this program knows; update the program"
        case .older(let path, let version, let needed):
            "\(path): schema version \(version) is older than version \(needed), which is needed; migrate it with `execution init --db \(path)`"
        case .readOnly(let path):
            "\(path): the database cannot be written; check the permissions of the file and of its folder"
        }
    }
}
