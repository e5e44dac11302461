#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Environment {
    /// The real surroundings of this process.
    package static var process: Environment {
        Environment(variables: ProcessInfo.processInfo.environment) { path in
            guard FileManager.default.fileExists(atPath: path) else { return .absent }
            guard let data = FileManager.default.contents(atPath: path) else { return .unreadable }
            return .bytes(Array(data))
        }
    }
}
