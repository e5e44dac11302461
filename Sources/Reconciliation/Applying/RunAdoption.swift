import Diagnostics

/// Healing what an interrupted apply left: runs without their record, a waited run without its outcome, claims.
extension AppApplier {
    /// Completes the record, and takes the claims that the request names down as soon as they are of no use.
    func adoptRuns(
        _ operation: Plan.Operation,
        _ request: Request,
        _ bindings: Bindings
    ) async throws(PlatformError) -> Outcome {
        guard platform.canWrite else { return .wouldSend(bindings.fillAll(operation)) }
        guard case .task(let name) = operation.address.part else { return .notAttempted }
        let annotations = request.body?["metadata"]?["annotations"]?.members ?? []
        let records = annotations.contains { $0.value != .null }
        let awaited = operation.action == .adopt && operation.run?.wait != nil ? operation.run?.fingerprint : nil
        var watch = ClaimWatch(on: clock)
        var hasWritten = false
        var looks = 0
        while true {
            let memory = try await memory(of: name, bindings)
            if let reason = memory.unreadable {
                return .failed(.unreadableRecord(of: operation.address, named: name, reason, at: operation.origin))
            }
            let standing = memory.claims.filter { claim in annotations.contains { $0.name == claim.key } }
            let dead = watch.dead(among: standing, after: times.dead)
            var findings: [ClaimFinding] = []
            for claim in standing {
                let isDead = dead.contains(claim)
                findings.append(try await finding(about: claim, isDead: isDead, memory.record, bindings))
            }
            func heal(_ record: inout RunRecord) {
                if records { record = completed(record, bindings, awaiting: awaited) }
                for finding in findings { record.take(finding, time: stamps.time) }
            }
            let down = findings.filter(\.isDone).map(\.claim)
            var record = memory.record
            heal(&record)
            if record.differs(from: memory.record) || !down.isEmpty {
                // What was read before other requests may be old by now.
                let known = findings.isEmpty ? memory : nil
                if case .written = try await amend(name, from: known, takingDown: down, bindings, heal) {
                    hasWritten = true
                }
            }
            guard let claim = standing.first(where: { !down.contains($0) }) else { break }
            if looks == 0 {
                let words = "a claim stands, \(claim.words): waiting until it is gone or dead"
                await progress(.waiting(operation.address, words))
            }
            looks += 1
            try await pause(before: looks)
        }
        return hasWritten ? .applied(note: nil) : .inPlace(note: "others have done it meanwhile")
    }

    /// Whether a claim may be taken down, and what was found out about its run.
    func finding(
        about claim: Claim,
        isDead: Bool,
        _ record: RunRecord,
        _ bindings: Bindings
    ) async throws(PlatformError) -> ClaimFinding {
        let known = record.runs.map(\.fingerprint)
        guard let fingerprint = claim.fingerprint ?? known.first(where: { claim.isOf($0) }) else {
            return ClaimFinding(claim: claim, isDone: isDead)
        }
        let refused = record.refused
        let rows = try await platform.runs(ofApp: bindings.app.guid, fingerprint: fingerprint)
            .filter { !refused.contains($0.guid) }
        var finding = ClaimFinding(claim: claim, isDone: isDead, rows: rows.filter { $0.name == record.name })
        if let newest = rows.last, newest.state != .failed {
            finding.isDone = true
        } else if isDead, rows.isEmpty, mayHaveLostItsRow(claim) {
            finding.lost = fingerprint
        }
        return finding
    }
}

/// What is known of a claim that somebody left.
struct ClaimFinding {
    let claim: Claim
    /// It may be taken down: its holder is dead, or what it was for is there and did not fail.
    var isDone: Bool
    /// The runs of its specification.
    var rows: [ObservedTask] = []
    /// Its specification, where it may have run so long ago that the row is deleted.
    var lost: String?
}

extension RunRecord {
    mutating func take(_ finding: ClaimFinding, time: String) {
        for row in finding.rows { note(row, awaiting: nil, time: time) }
        guard let lost = finding.lost, entry(lost) == nil else { return }
        put(.mayHaveRun(lost, attempt: 1, time: time))
    }
}

extension Plan.Operation {
    /// It heals what the app remembers of a task.
    var adoptsRuns: Bool {
        guard action == .adopt, case .task = address.part else { return false }
        return true
    }
}
