#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where the sandbox's time comes from.
///
/// `POST /sandbox/clock` and `SandboxHandle.advance(by:)` move either of them forward.
package enum SandboxClock: Sendable {
    /// The machine's clock, for people.
    case system
    /// Stands still until it is moved, for tests.
    case manual(startingAt: Timestamp)

    /// The start that tests use unless they say otherwise.
    package static let manual = SandboxClock.manual(startingAt: Timestamp(seconds: 1_795_230_000))

    var start: Timestamp {
        switch self {
        case .system: Timestamp(seconds: Int(Date().timeIntervalSince1970))
        case .manual(let start): start
        }
    }
}
