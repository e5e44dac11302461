import Diagnostics
import Reconciliation
import TestSupport
import Testing

/// What holds for every set of declarations and every foundation.
@Suite struct PropertyTests {
    static let seeds = 0..<UInt64(2000)

    @Test func `undeclared fields are never sent`() {
        for seed in Self.seeds {
            let example = RandomCase(seed: seed)
            let plan = plan(example.desired, against: example.observed).plan

            for operation in plan.operations {
                let allowed = declaredPaths(operation.address, in: example.desired)
                for request in operation.requests where operation.action != .restart {
                    let fixed = Self.fixedPaths(request.kind)
                    for path in paths(request.body)
                    where !allowed.contains(path) && !fixed.contains(path)
                        && !path.hasPrefix("metadata/annotations/evenkeel.dev/run.")
                        && !path.hasPrefix("metadata/annotations/evenkeel.dev/claim.")
                    {
                        Issue.record("seed \(seed): \(operation.address) sends \(path)")
                    }
                }
            }
        }
    }

    @Test func `equal input gives an equal plan`() {
        for seed in Self.seeds {
            let example = RandomCase(seed: seed)
            var shuffled = example
            var random = SeededGenerator(seed: seed &+ 1)
            shuffled.observed.spaces[0].apps.shuffle(using: &random)
            shuffled.desired.spaces[0].apps.shuffle(using: &random)

            let plan = plan(example.desired, against: example.observed).plan

            #expect(Reconciliation.plan(shuffled.desired, against: shuffled.observed).plan == plan, "seed \(seed)")
        }
    }

    @Test func `operations of an app keep the order of the table`() {
        var ranks = Dictionary(uniqueKeysWithValues: OperationStep.allCases.enumerated().map { ($1, $0) })
        // What a rollout brings is set between its requests.
        ranks[.newProcesses] = ranks[.rollout]
        for seed in Self.seeds {
            let example = RandomCase(seed: seed)
            let operations = plan(example.desired, against: example.observed).plan.operations

            for (before, after) in zip(operations, operations.dropFirst())
            where before.address.app == after.address.app {
                #expect(ranks[before.step, default: 0] <= ranks[after.step, default: 0], "seed \(seed)")
            }
        }
    }

    @Test func `after an apply there is nothing left to do, and a second one sends nothing`() async throws {
        for seed in Self.seeds {
            let example = RandomCase(seed: seed)
            let platform = ModelPlatform(example.observed)
            let reconciler = Reconciler(platform: platform)

            let first = try await reconciler.plan(example.desired)
            let report = await reconciler.apply(
                first,
                of: example.desired,
                on: platform,
                options: ApplyOptions(),
                clock: JumpingClock()
            ) {
                _ in
            }
            let second = try await reconciler.plan(example.desired)

            // Of an app with a hidden value nothing is done.
            let refused = first.plan.refusedApps
            func done(_ operations: [Plan.Operation]) -> [Plan.Operation] {
                operations.filter { !refused.contains($0.address.appending(.app)) }
            }
            #expect(report.diagnostics.allSatisfy { $0.code == .hiddenValue }, "seed \(seed): \(report.diagnostics)")
            let missing = report.entries.filter { $0.outcome == .notAttempted }.map(\.operation)
            #expect(done(missing).isEmpty, "seed \(seed)")
            if first.plan.waits.isEmpty {
                #expect(report.applied.count == done(first.plan.operations).count, "seed \(seed)")
                #expect(
                    second.plan.operations.count == first.plan.operations.count - report.applied.count,
                    "seed \(seed): what is refused is as it was"
                )
            }
            let left = done(second.plan.operations)
            #expect(left.isEmpty, "seed \(seed): \(left.map(\.request))")
        }
    }

    @Test func `a dry run sends nothing`() async throws {
        for seed in Self.seeds {
            let example = RandomCase(seed: seed)
            let platform = ModelPlatform(example.observed)
            let reconciler = Reconciler(platform: platform)
            let planning = try await reconciler.plan(example.desired)

            _ = await reconciler.apply(
                planning,
                of: example.desired,
                on: DryRunPlatform(reading: platform),
                options: ApplyOptions(),
                clock: JumpingClock()
            ) { _ in
            }

            #expect(await platform.sent.isEmpty, "seed \(seed)")
        }
    }

    /// The properties above say little about cases that never come up.
    @Test func `the cases cover what matters`() {
        var counts: [String: Int] = [:]
        for seed in Self.seeds {
            let example = RandomCase(seed: seed)
            let plan = plan(example.desired, against: example.observed).plan
            var seen = Set(plan.operations.map { $0.step.rawValue })
            if !plan.unknowns.isEmpty { seen.insert("hidden command") }
            if !plan.waits.isEmpty { seen.insert("deployment in flight") }
            if !plan.erroneous.isEmpty { seen.insert("app with an error") }
            if plan.isEmpty { seen.insert("nothing to do") }
            if plan.operations.contains(where: { $0.changes.contains(where: \.isImplied) }) {
                seen.insert("leaving http")
            }
            if plan.operations.contains(where: { $0.changes.contains { $0.after == .null } }) {
                seen.insert("clearing")
            }
            if plan.operations.contains(where: { $0.run?.patience != nil }) { seen.insert("live run of the name") }
            for operation in plan.operations {
                switch operation.request.kind {
                case .createBuild: seen.insert(operation.preparing.isEmpty ? "package taken up" : "restage")
                case .awaitBuild: seen.insert("build taken up")
                case .takeDroplet: seen.insert("droplet taken up")
                case .assignDroplet: seen.insert("assignment")
                case .createProcess: seen.insert("process made for a new droplet")
                case .createTask where operation.run?.specification != nil: seen.insert("run with a droplet to come")
                case .createDeployment where operation.request.body?["droplet"] != nil:
                    seen.insert("deployment of a new droplet")
                default: break
                }
            }
            for name in seen { counts[name, default: 0] += 1 }
        }

        let total = Self.seeds.count
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print("  \(count * 100 / total) % \(name)") }
        let least = [
            "app with an error": 10, "hidden command": 5, "leaving http": 20, "clearing": 20, "cancel_tasks": 3,
            "droplet_image": 5, "droplet_metadata": 20, "app_metadata": 20, "process_settings": 50, "scale": 30,
            "tasks_after_rollout": 10, "nothing to do": 1, "rollout": 15, "deployment in flight": 5,
            "live run of the name": 2, "restage": 2, "package taken up": 1, "build taken up": 1, "droplet taken up": 1,
            "assignment": 3, "deployment of a new droplet": 1, "run with a droplet to come": 1,
            "new_processes": 1,
        ]
        for (name, percent) in least {
            #expect(
                counts[name, default: 0] * 100 >= percent * total,
                "\(name): \(counts[name, default: 0]) of \(total)"
            )
        }
    }

    // MARK: - What may be sent

    /// The paths that an operation on the address may send, from the declarations alone.
    private func declaredPaths(_ address: Address, in desired: DesiredState) -> Set<String> {
        guard let app = desired.apps.map(\.app).first(where: { $0.name == address.app }) else { return [] }
        var fields: [DeclaredField] = []
        var fixed: Set<String> = []
        switch address.part {
        case .app: fields = app.fields
        case .droplet: fields = app.droplet?.fields ?? []
        case .process(let type): fields = app.processes.first { $0.type == type }?.fields ?? []
        case .task(let name):
            let task = app.tasks.first { $0.name == name }
            fields = task?.fields ?? []
            fixed = [
                "name", "droplet_guid", "metadata/labels/evenkeel.dev/run", "metadata/labels/evenkeel.dev/attempt",
            ]
            if task?.template != nil { fixed.insert("template/process/guid") }
        }
        if address.part != .app { fixed.insert("metadata/annotations/evenkeel.dev/restart-owed") }
        return fixed.union(fields.map { $0.field.definition.path.joined(separator: "/") })
    }

    /// What the requests on the way to a new droplet carry beside its image.
    private static func fixedPaths(_ kind: Request.Kind) -> Set<String> {
        switch kind {
        case .createPackage: ["type", "data/image", "relationships/app/data/guid"]
        case .createBuild: ["package/guid"]
        case .assignDroplet: ["data/guid"]
        case .createProcess: ["applications"]
        case .patchApp, .patchProcess, .scaleProcess, .patchDroplet, .createTask, .patchTask, .cancelTask, .awaitTask,
            .restartApp, .createDeployment, .cancelDeployment, .terminateInstance, .awaitBuild, .takeDroplet:
            []
        }
    }

    private func paths(_ json: JSON?, below prefix: String = "") -> [String] {
        guard case .object(let members) = json else { return prefix.isEmpty ? [] : [prefix] }
        return members.flatMap { member in
            paths(member.value, below: prefix.isEmpty ? member.name.string : "\(prefix)/\(member.name)")
        }
    }
}
