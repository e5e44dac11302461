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
            var record = records ? completed(memory.record, bindings, awaiting: awaited) : memory.record
            let standing = memory.claims.filter { claim in annotations.contains { $0.name == claim.key } }
            let dead = watch.dead(among: standing, after: times.dead)
            var down: [Claim] = []
            for claim in standing {
                if try await isDone(claim, isDead: dead.contains(claim), &record, bindings) { down.append(claim) }
            }
            if record != memory.record || !down.isEmpty {
                try await write(record == memory.record ? nil : record, takingDown: down, bindings)
                hasWritten = true
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

    /// Whether the claim may be taken down: its holder is dead, or what it was for is there and did not fail.
    ///
    /// What is found out about its run goes into the record.
    private func isDone(
        _ claim: Claim,
        isDead: Bool,
        _ record: inout RunRecord,
        _ bindings: Bindings
    ) async throws(PlatformError) -> Bool {
        let known = record.runs.map(\.fingerprint)
        guard let fingerprint = claim.fingerprint ?? known.first(where: { claim.isOf($0) }) else { return isDead }
        let rows = try await platform.runs(ofApp: bindings.app.guid, fingerprint: fingerprint)
        for row in rows where row.name == record.name { record.note(row, awaiting: nil, time: stamps.time) }
        if let newest = rows.last, newest.state != .failed { return true }
        guard isDead else { return false }
        if rows.isEmpty, record.entry(fingerprint) == nil, mayHaveLostItsRow(claim) {
            record.put(.mayHaveRun(fingerprint, attempt: 1, time: stamps.time))
        }
        return true
    }
}

extension Plan.Operation {
    /// It heals what the app remembers of a task.
    var adoptsRuns: Bool {
        guard action == .adopt, case .task = address.part else { return false }
        return true
    }
}
