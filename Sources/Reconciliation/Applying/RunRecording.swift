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

    /// What became of a change of the record.
    enum Amendment {
        case written
        case unchanged
        /// Why nothing was written over it; claims were taken down all the same.
        case unreadable(String)
    }

    /// Changes the record as it is right now, and takes claims down with it: nothing is asked between reading and writing.
    ///
    /// What somebody else writes in just that moment is lost; the next apply adds what it lacks while the rows are there.
    ///
    /// - Parameters:
    ///   - known: read by the request before; nil reads.
    ///   - yielding: Somebody who holds a claim of the task is about to write the record, and is given a little time to.
    func amend(
        _ name: Text,
        from known: RunMemory? = nil,
        takingDown claims: [Claim] = [],
        yielding: Bool = false,
        _ bindings: Bindings,
        _ change: (inout RunRecord) -> Void
    ) async throws(PlatformError) -> Amendment {
        var memory: RunMemory
        if let known { memory = known } else { memory = try await self.memory(of: name, bindings) }
        let total = Stopwatch(on: clock)
        var looks = 0
        while yielding, total.elapsed < times.courtesy, memory.claims.contains(where: { $0.task == name }) {
            looks += 1
            try await pause(before: looks)
            memory = try await self.memory(of: name, bindings)
        }
        if let reason = memory.unreadable {
            if !claims.isEmpty { try await write(nil, takingDown: claims, bindings) }
            return .unreadable(reason)
        }
        var record = memory.record
        change(&record)
        let isChanged = record.differs(from: memory.record)
        guard isChanged || !claims.isEmpty else { return .unchanged }
        try await write(isChanged ? record : nil, takingDown: claims, bindings)
        return .written
    }

    /// Writes how a run ended that was waited for, and gives what is known of it.
    func recordEnd(
        of run: ObservedTask,
        _ operation: Plan.Operation,
        _ bindings: Bindings
    ) async throws(PlatformError) -> RunRecord.Entry? {
        guard !operation.concluding.isEmpty, case .task(let name) = operation.address.part else { return nil }
        var entry: RunRecord.Entry?
        // Another specification of the task may have waited for this very end.
        _ = try await amend(name, yielding: true, bindings) { record in
            record.note(run, awaiting: run.runFingerprint, time: stamps.time)
            entry = run.runFingerprint.flatMap { record.entry($0) }
        }
        return entry
    }

    /// Writes that a run is cancelled before it is: its row will only say FAILED.
    func recordCancel(_ operation: Plan.Operation, _ bindings: Bindings) async throws(PlatformError) {
        guard let fingerprint = operation.run?.fingerprint, case .task(let name) = operation.address.part else {
            return
        }
        _ = try await amend(name, bindings) { record in
            record = completed(record, bindings)
            record.change(fingerprint) { entry in
                guard entry.state == .running, entry.attempts == operation.run?.attempt else { return }
                entry.state = .canceled
                entry.time = stamps.time
            }
        }
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
    /// Rows are deleted after 31 days; a day less, since clocks of machines differ. A time that is to come is now.
    func mayHaveLostItsRow(_ claim: Claim) -> Bool {
        guard let days = claim.time.flatMap({ stamps.days(since: $0) }) else { return true }
        return days >= 30
    }
}
