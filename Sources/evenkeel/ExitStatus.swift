/// What a command ends with; the first that applies, in this order.
enum ExitStatus: Int32, CaseIterable {
    case interrupted = 130
    case internalError = 70
    case refused = 3
    case planStale = 4
    case failure = 1
    case taskFailed = 5
    case usage = 64
    case changesPending = 2
    case success = 0

    /// The one to report when several apply.
    static func worst(_ statuses: [ExitStatus]) -> ExitStatus {
        allCases.first { statuses.contains($0) } ?? .success
    }
}
