import Diagnostics

/// The writes that remember a run, each a PATCH of the app: in a plan with symbols, in an apply with values.
enum RunRequests {
    /// Annotations of the app are set, those with null removed; nothing else of it is touched.
    static func patch(_ annotations: [(key: Text, value: JSON)]) -> Request {
        let members = annotations.map { JSON.Member($0.key, $0.value) }
        return Request(
            .patchApp,
            path: "/v3/apps/{app.guid}",
            body: ["metadata": ["annotations": .object(members)]]
        )
    }

    static func claim(_ claim: Claim) -> Request { patch([(claim.key, .text(claim.value))]) }

    /// The record, and in the same request claims that are taken down.
    static func record(_ record: RunRecord?, takingDown claims: [Claim] = []) -> Request {
        var annotations: [(key: Text, value: JSON)] = []
        if let record { annotations.append((RunRecord.key(of: record.name), .text(record.text))) }
        return patch(annotations + claims.map { ($0.key, .null) })
    }
}

// MARK: - In a plan

extension RunRequests {
    private static let claimKey: Text = "evenkeel.dev/claim.{claim}"

    /// - Parameter fingerprint: the fingerprint, or `{run}` where it contains a guid.
    static func plannedClaim(of task: Text, _ fingerprint: String) -> Request {
        let value = Claim.text(
            task: quotedWithoutSymbols(task),
            fingerprint: quoted(fingerprint),
            time: quoted("{now}"),
            holder: quoted("{by}")
        )
        return patch([(claimKey, .template(value.string))])
    }

    /// What a plan knows of an entry; the rest are symbols.
    struct PlannedEntry {
        var fingerprint: String
        var attempts = "1"
        var state = RunRecord.State.running.rawValue
        var sequenceID = "{task.sequence_id}"
        var taskGUID = "{task.guid}"
    }

    /// - Parameter hasOthers: the record holds earlier runs, shown as `{runs}`.
    static func plannedRecord(
        of task: Text,
        _ entries: [PlannedEntry],
        hasOthers: Bool,
        takingDown claims: [Text] = []
    ) -> Request {
        let texts = entries.map { entry in
            RunRecord.Entry.text(
                fingerprint: quoted(entry.fingerprint),
                attempts: entry.attempts,
                state: quoted(entry.state),
                sequenceID: entry.sequenceID,
                taskGUID: quoted(entry.taskGUID),
                time: quoted("{now}")
            )
        }
        let text = RunRecord.text(quotedWithoutSymbols(task), texts + (hasOthers ? ["{runs}"] : []))
        return patch([(RunRecord.key(of: task), .template(text.string))] + claims.map { ($0, .null) })
    }

    static func plannedCreation(of task: Text, _ entry: PlannedEntry, hasOthers: Bool) -> Request {
        plannedRecord(of: task, [entry], hasOthers: hasOthers, takingDown: [claimKey])
    }

    /// A name that reads like a symbol must not be filled in.
    private static func quotedWithoutSymbols(_ name: Text) -> String {
        JSON.text(name).compact.replacing("{", with: #"\u007b"#)
    }
}
