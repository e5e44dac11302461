import Diagnostics
import TestSupport

@testable import Reconciliation

extension ObservedApp {
    /// Puts there what earlier applies left of the declared tasks: records of runs, with rows and without, and claims of
    /// applies that died, to the declared specification and to others.
    mutating func remember(_ random: inout SeededGenerator, of space: DesiredSpace) {
        guard let declared = space.apps.first(where: { $0.name == name }) else { return }
        for task in declared.tasks {
            let pinned = task.run == .oncePerDroplet ? droplet.map { declared.pin(of: $0) } : nil
            let fingerprints = [Fingerprint(of: task, droplet: pinned).hex, "feedfeedfeedfeedfeedfeedfeedfeed"]
            if random.chance(20) {
                var record = RunRecord(task.name)
                let isOfRows = random.chance(50)
                for row in tasks where isOfRows && row.name == task.name {
                    record.note(row, awaiting: row.runFingerprint, time: "2026-11-20T00:00:00Z")
                }
                for (fingerprint, percent) in zip(fingerprints, [30, 60]) where random.chance(percent) {
                    guard record.entry(fingerprint) == nil else { continue }
                    record.put(
                        RunRecord.Entry(
                            fingerprint,
                            attempts: 1,
                            random.pick([.running, .succeeded]),
                            sequenceID: 5,
                            taskGUID: "gone",
                            time: "2026-10-01T00:00:00Z"
                        )
                    )
                }
                fields[.annotation(RunRecord.key(of: task.name))] = .value(.text(record.text))
            }
            if random.chance(18) {
                let claim = Claim(
                    random.pick(fingerprints),
                    task: task.name,
                    random: random.next(),
                    time: "2026-11-21T02:59:00Z",
                    holder: "dev/build-3"
                )
                fields[.annotation(claim.key)] = .value(.text(claim.value))
            }
        }
    }

    /// Something in the memory of runs that an earlier apply left.
    var hasClaims: Bool { !Claim.all(in: fields).isEmpty }
    var hasRunRecords: Bool {
        fields.keys.contains {
            if case .annotation(let key) = $0 { key.string.hasPrefix("evenkeel.dev/run.") } else { false }
        }
    }
}
