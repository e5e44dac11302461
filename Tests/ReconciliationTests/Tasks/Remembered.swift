import Diagnostics

@testable import Reconciliation

// What an app remembers of runs, as tests put it there and read it.

extension ObservedApp {
    /// Puts a record on the app, newest run first.
    mutating func remember(_ name: Text, _ runs: (String, Int, RunRecord.State, Int)...) {
        let entries = runs.map { fingerprint, attempts, state, sequenceID in
            RunRecord.Entry(
                fingerprint,
                attempts: attempts,
                state,
                sequenceID: sequenceID,
                taskGUID: "task-\(sequenceID)",
                time: "2026-10-01T00:00:00Z"
            )
        }
        fields[.annotation(RunRecord.key(of: name))] = .value(.text(RunRecord(name, runs: entries).text))
    }
}

extension ObservedApp {
    /// Records every run whose row is there, with its outcome.
    mutating func rememberRows() {
        for name in Set(tasks.map(\.name)) {
            let rows = tasks.filter { $0.name == name && $0.runFingerprint != nil }
            var record = RunRecord(name)
            for row in rows { record.note(row, awaiting: row.runFingerprint, time: "2026-10-01T00:00:00Z") }
            if !rows.isEmpty { fields[.annotation(RunRecord.key(of: name))] = .value(.text(record.text)) }
        }
    }
}

extension Request {
    /// The text of the first annotation that is set.
    var annotation: String {
        let values = body?["metadata"]?["annotations"]?.members?.map(\.value) ?? []
        for case .template(let text) in values { return text }
        for case .text(let text) in values { return text.string }
        return ""
    }
}
