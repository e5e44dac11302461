import Diagnostics
import Foundation
import Reconciliation
import TestSupport

/// A random case with what the plain ones lack: protections, waits, retries, secrets.
struct SavedCase {
    /// What a secret's value begins with; no other text has it.
    static let secret = "s3cret-"

    var desired: DesiredState
    let observed: ObservedState
    /// The values of the secrets by their names.
    private(set) var secrets: [String: String] = [:]

    /// - Parameter secretShare: percent of the text and number fields that a secret goes into.
    init(seed: UInt64, secretShare: Int = 0) {
        let example = RandomCase(seed: seed)
        desired = example.desired
        observed = example.observed
        var random = SeededGenerator(seed: seed &+ 77)
        for index in desired.spaces[0].apps.indices {
            var app = desired.spaces[0].apps[index]
            if random.chance(20) { app.isProtected = Declared(true, at: place(900)) }
            for task in app.tasks.indices where app.tasks[task].canceled == nil {
                if random.chance(40) { app.tasks[task].wait = Declared(random.pick([nil, 60, 600]), at: place(901)) }
                if random.chance(30) { app.tasks[task].retries = Declared(2, at: place(902)) }
                if random.chance(30) { app.tasks[task].when = Declared(.beforeRollout, at: place(903)) }
                if random.chance(20) { app.tasks[task].revision = Declared(3, at: place(904)) }
            }
            func hide(_ fields: inout [DeclaredField]) {
                for index in fields.indices where random.chance(secretShare) { fields[index] = hidden(fields[index]) }
            }
            hide(&app.fields)
            if var droplet = app.droplet {
                hide(&droplet.fields)
                app.droplet = droplet
            }
            for process in app.processes.indices { hide(&app.processes[process].fields) }
            for task in app.tasks.indices { hide(&app.tasks[task].fields) }
            desired.spaces[0].apps[index] = app
        }
    }

    private mutating func hidden(_ field: DeclaredField) -> DeclaredField {
        let name = "secret-\(secrets.count)"
        let value: DesiredValue
        let written: String
        switch (field.field, field.value) {
        // These have few values that a server takes.
        case (.healthCheck, .text), (.readinessHealthCheck, .text), (_, .null): return field
        case (_, .text):
            secrets[name] = "\(SavedCase.secret)\(secrets.count)"
            value = .text(Text("x-\(secrets[name] ?? "")"))
            written = "x-((\(name)))"
        case (_, .number(let number)):
            secrets[name] = "\(number)"
            value = field.value
            written = "((\(name)))"
        case (_, .band(let min, let max)):
            secrets[name] = "\(min)"
            value = field.value
            written = "{min: ((\(name))), max: \(max)}"
        }
        return DeclaredField(field.field, value, at: field.origin, key: field.keyOrigin, masked: Text(written))
    }

    func planning() async throws -> Reconciler.Planning {
        try await Reconciler(platform: ModelPlatform(observed)).plan(desired)
    }

    /// The plan as it is saved.
    func approved() async throws -> ApprovedPlan {
        let planning = try await planning()
        return ApprovedPlan(planning, of: desired, warnings: planning.diagnostics.filter { $0.severity == .warning })
    }
}

extension ApprovedPlan {
    /// The bytes of the part that is read again.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// What is read from its own bytes.
    func savedAndRead() throws -> ApprovedPlan { try JSONDecoder().decode(ApprovedPlan.self, from: try encoded()) }

    /// With the secrets put back in.
    func unsealed(_ secrets: [String: String]) -> ApprovedPlan {
        replacingMasked { field in
            var text = field.masked?.string ?? ""
            for (name, value) in secrets { text = text.replacingOccurrences(of: "((\(name)))", with: value) }
            guard case .value(let unsealed) = field.unsealed(by: Text(text)) else { return field }
            return unsealed
        }
    }
}
