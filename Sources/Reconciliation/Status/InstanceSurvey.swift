import Diagnostics

/// Asks for the instances of many processes: one request each, a bounded number at a time.
struct InstanceSurvey: Sendable {
    /// What came of asking for one process.
    typealias Reading = Result<[ObservedInstance], PlatformError>

    let platform: any PlatformReader
    /// At least 1.
    var parallelism = 10

    /// By guid.
    ///
    /// When the runtime as a whole does not answer, each request would be repeated for seconds and fail the same way: no
    /// further process is asked for, and that failure stands for all of them.
    func read(_ guids: [String]) async -> [String: Reading] {
        await withTaskGroup(of: (String, Reading).self) { tasks in
            var rest = guids[...]
            var readings: [String: Reading] = [:]
            var outage: PlatformError?
            func begin() {
                guard outage == nil, let guid = rest.popFirst() else { return }
                tasks.addTask { (guid, await read(guid)) }
            }
            for _ in 0..<parallelism { begin() }
            while let (guid, reading) = await tasks.next() {
                readings[guid] = reading
                if case .failure(let error) = reading, error.concernsAll { outage = outage ?? error }
                begin()
            }
            if let outage {
                for guid in rest { readings[guid] = .failure(outage) }
            }
            return readings
        }
    }

    private func read(_ guid: String) async -> Reading {
        do {
            return .success(try await platform.instances(ofProcess: guid))
        } catch {
            return .failure(error)
        }
    }
}

extension PlatformError {
    /// The next request of the kind would end the same way: no answer, no login, or the server's own trouble.
    fileprivate var concernsAll: Bool { code != .rejected || (status ?? 0) >= 500 }

    /// In a few words, for where there is no room for more.
    var shortReason: String {
        if let title = messages.first?.title, !title.isEmpty { return title }
        if let status { return "status \(status)" }
        return switch code {
        case .unreachable, .untrustedCertificate, .invalidEndpoint: "not reachable"
        case .timedOut: "no answer in time"
        case .notLoggedIn, .notAuthenticated: "not logged in"
        case .rateLimited: "too many requests"
        case .rejected, .incompleteAnswer, .unexpectedAnswer: "no usable answer"
        case .cancelled: "interrupted"
        }
    }
}
