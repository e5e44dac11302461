import Diagnostics

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Environment {
    /// Bytes; what no file of settings or secrets needs.
    private static let largestFile = 100_000_000

    /// The real surroundings of this process.
    package static var process: Environment {
        Environment(variables: ProcessInfo.processInfo.environment) { path in
            do throws(FileProblem) {
                return .bytes(try bytes(ofFile: path, limit: largestFile))
            } catch {
                return error.isAbsence ? .absent : .unreadable(error.reason)
            }
        }
    }
}
