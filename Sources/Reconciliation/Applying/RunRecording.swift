import Diagnostics

/// What an app remembers of a task, as it is now.
struct RunMemory: Sendable {
    var record: RunRecord
    /// Why the record cannot be read; then nothing is written over it.
    let unreadable: String?
    /// All claims on the app.
    let claims: [Claim]

    init(of name: Text, in app: ObservedApp) {
        switch RunRecord.reading(of: name, in: app.fields) {
        case .record(let record):
            self.record = record
            unreadable = nil
        case .unreadable(let reason):
            record = RunRecord(name)
            unreadable = reason
        }
        claims = Claim.all(in: app.fields)
    }
}

extension AppApplier {
    var times: ClaimTimes { ClaimTimes(seconds: max(3, options.claimTimeout)) }

    /// Read right before it is changed: others may have written meanwhile.
    func memory(of name: Text, _ bindings: Bindings) async throws(PlatformError) -> RunMemory {
        guard let app = try await platform.app(bindings.app.guid) else {
            var error = PlatformError(.rejected, cause: "the app is gone")
            error.status = 404
            throw error
        }
        return RunMemory(of: name, in: app)
    }

    /// Writes the record and takes claims down, in one request; the answer has to show both.
    func write(
        _ record: RunRecord?,
        takingDown claims: [Claim] = [],
        _ bindings: Bindings
    ) async throws(PlatformError) {
        try await send(RunRequests.record(record, takingDown: claims), bindings)
    }

    func put(up claim: Claim, _ bindings: Bindings) async throws(PlatformError) {
        try await send(RunRequests.claim(claim), bindings)
    }

    private func send(_ request: Request, _ bindings: Bindings) async throws(PlatformError) {
        let filled = request.filled(with: ["app.guid": bindings.app.guid])
        guard case .app(let fields) = try await platform.send(filled) else { return }
        for member in filled.body?["metadata"]?["annotations"]?.members ?? [] {
            let shown = fields[.annotation(member.name)]
            let wanted = member.value.text.map { ObservedValue.value(.text($0)) }
            guard shown != wanted else { continue }
            var error = PlatformError(.unexpectedAnswer, cause: "the annotation `\(member.name)` is not as asked")
            error.method = filled.method.rawValue
            error.path = filled.path
            throw error
        }
    }

    /// The record with the rows that nobody has written down, as they were seen when the app was observed.
    func completed(
        _ record: RunRecord,
        _ bindings: Bindings,
        awaiting awaited: String? = nil
    ) -> RunRecord {
        var record = record
        for row in bindings.app.tasks where row.name == record.name {
            record.note(row, awaiting: awaited, time: stamps.time)
        }
        return record
    }

    /// Writes how a run ended that was waited for, and gives what is known of it.
    func recordEnd(
        of run: ObservedTask,
        _ operation: Plan.Operation,
        _ bindings: Bindings
    ) async throws(PlatformError) -> RunRecord.Entry? {
        guard !operation.concluding.isEmpty, case .task(let name) = operation.address.part else { return nil }
        let memory = try await memory(of: name, bindings)
        guard memory.unreadable == nil else { return nil }
        var record = memory.record
        record.note(run, awaiting: run.runFingerprint, time: stamps.time)
        if record != memory.record { try await write(record, bindings) }
        return run.runFingerprint.flatMap { record.entry($0) }
    }

    /// Writes that a run is cancelled before it is: its row will only say FAILED.
    func recordCancel(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) {
        guard let fingerprint = operation.run?.fingerprint, case .task(let name) = operation.address.part else {
            return
        }
        let memory = try await memory(of: name, bindings)
        guard memory.unreadable == nil else { return }
        var record = completed(memory.record, bindings)
        record.change(fingerprint) { entry in
            guard entry.state == .running, entry.attempts == operation.run?.attempt else { return }
            entry.state = .canceled
            entry.time = stamps.time
        }
        if record != memory.record { try await write(record, bindings) }
    }
}

/// How long claims of others have been seen unchanged, by our own clock: clocks of machines differ.
struct ClaimWatch: Sendable {
    private let clock: any Clock<Duration>
    private var seen: [Claim: Stopwatch] = [:]

    init(on clock: any Clock<Duration>) {
        self.clock = clock
    }

    /// The claims that stood unchanged for that long up to now.
    mutating func dead(among claims: [Claim], after duration: Duration) -> [Claim] {
        seen = seen.filter { claims.contains($0.key) }
        for claim in claims where seen[claim] == nil { seen[claim] = Stopwatch(on: clock) }
        return claims.filter { claim in seen[claim].map { $0.elapsed >= duration } ?? false }
    }
}

extension AppApplier {
    /// Sleeps between two looks at claims: soon at first, then longer, never as long as another applier by chance.
    func pause(before look: Int) async throws(PlatformError) {
        let longest = min(times.longestPause, .milliseconds(125) * (1 << min(look, 10)))
        let pause = longest / 2 + longest / 2 * stamps.fraction
        guard (try? await clock.sleep(for: pause)) != nil else { throw PlatformError(.cancelled) }
    }

    /// The claim may be older than the row of its run would be, or nobody can tell how old it is.
    ///
    /// Rows are deleted after 31 days; a day less, since clocks of machines differ.
    func mayHaveLostItsRow(_ claim: Claim) -> Bool {
        guard let days = claim.time.flatMap({ stamps.days(since: $0) }) else { return true }
        return days >= 30
    }
}
