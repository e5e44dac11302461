import ArgumentParser
import CloudController
import Diagnostics
import Reconciliation

/// `apply`: makes it so.
struct ApplyCommand: ParsableCommand, ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Plan, ask, and send what the plan says; safe to repeat.",
        discussion: """
            Exit status: 0 when everything declared is in place, 1 when something could not be done, 3 when it is refused: a \
            manifest is meant for another API, or more would be disturbed than the limits allow; 5 when a declared task has failed, 64 for a wrong command line, 130 when \
            interrupted.
            """
    )

    @OptionGroup var work: WorkOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions

    @Flag(name: [.customLong("yes"), .customLong("auto-approve")], help: "Do not ask.")
    var isApproved = false

    @Flag(help: "Show every request that would be sent, and send none.")
    var dryRun = false

    @Option(help: ArgumentHelp("Apps that are worked on side by side.", valueName: "count"))
    var parallelism = 10

    @Option(help: ArgumentHelp("Tasks of one space that are created side by side.", valueName: "count"))
    var taskParallelism = 1

    @Option(
        help: ArgumentHelp(
            "How long to wait for deployments that somebody else started, such as 90s or 10m.",
            valueName: "duration"
        )
    )
    var waitForDeployments = "10m"

    @Option(
        help: ArgumentHelp(
            "How long somebody else's claim to run a task has to stand unchanged to be taken for left over; at least 3s.",
            valueName: "duration"
        )
    )
    var claimTimeout = "90s"

    @Flag(help: "After a failure begin no further app.")
    var failFast = false

    func validate() throws {
        guard parallelism >= 1 else { throw ValidationError("--parallelism takes a whole number, 1 or more") }
        guard seconds(waitForDeployments) != nil else {
            throw ValidationError("--wait-for-deployments takes digits and one of s, m, h, not `\(waitForDeployments)`")
        }
        guard let timeout = seconds(claimTimeout), timeout >= 3 else {
            throw ValidationError("--claim-timeout takes digits and one of s, m, h, at least 3s, not `\(claimTimeout)`")
        }
        guard taskParallelism >= 1 else { throw ValidationError("--task-parallelism takes a whole number, 1 or more") }
    }

    func run(on console: Console) async throws -> ExitStatus {
        guard isApproved || dryRun || (console.canAsk && work.format == .text) else {
            console.talk("Error: nobody can be asked here: pass --yes to apply, or --dry-run to look")
            return .usage
        }
        let interruption = Interruption()
        return try await interruption.guarding { try await planAndApply(on: console, interruption) }
    }

    private func planAndApply(on console: Console, _ interruption: Interruption) async throws -> ExitStatus {
        let desk = Desk(console: console, work: work)
        let preparation: Preparation
        do {
            preparation = try prepare(on: console)
        } catch {
            return desk.refuse(error)
        }
        do {
            return try await withPlatform(preparation.connection) { platform in
                let planning = try await Reconciler(platform: platform, options: limits.planOptions).plan(
                    preparation.desired
                )
                return await apply(planning, preparation, platform, desk, interruption)
            }
        } catch let error as PlatformError {
            return desk.fail(error, preparation)
        }
    }

    /// As for a plan, with a connection for each app that is worked on: the others would only wait.
    func prepare(on console: Console) throws(Preparation.Refusal) -> Preparation {
        var preparation = try Preparation.prepare(work, on: console)
        let usual = preparation.connection.transport.connections
        preparation.connection.transport.connections = max(usual, min(parallelism, 200))
        return preparation
    }

    private func apply(
        _ planning: Reconciler.Planning,
        _ preparation: Preparation,
        _ platform: CloudControllerPlatform,
        _ desk: Desk,
        _ interruption: Interruption
    ) async -> ExitStatus {
        let plan = planning.plan
        desk.print(plan)
        desk.talk(await platform.costs, plan)
        var shown: [Diagnostic] = []
        var warnings = await platform.takeWarnings()
        if mustAsk(about: plan) {
            shown = preparation.diagnostics + planning.diagnostics + warnings
            desk.report(shown, sources: preparation.sources)
            let answer = interruption.asking {
                desk.console.ask("\nApply? Only `yes` is taken as agreement: ")
            }
            guard answer == "yes" else {
                desk.console.talk("Nothing was applied.")
                return .failure
            }
        }
        let view = ApplyView(desk: desk, isDryRun: dryRun, plan: plan)
        interruption.onSignal(first: { view.interrupt() }, forcedEnd: { view.abandon() })
        let target: any Platform = dryRun ? DryRunPlatform(reading: platform) : platform
        let options = ApplyOptions(
            parallelism: parallelism,
            taskParallelism: taskParallelism,
            failsFast: failFast,
            deploymentPatience: seconds(waitForDeployments) ?? 600,
            limits: limits.limits,
            claimTimeout: seconds(claimTimeout) ?? 90,
            rateLimitPatience: work.connection.maxWait
        )
        let stamps = Stamps(now: desk.console.now, holder: "\(plan.user)/\(desk.console.host)")
        let report = await Reconciler(platform: platform, options: limits.planOptions).apply(
            planning,
            of: preparation.desired,
            on: target,
            options: options,
            clock: desk.console.clock,
            stamps: stamps
        ) {
            view.show($0)
        }
        view.close(report)
        // What the caller may not do is an error here, no longer a warning.
        let planned = planning.diagnostics.filter { $0.code != .notPermitted || dryRun }
        warnings += await platform.takeWarnings()
        let hidden = ([plan] + report.laterPlans).flatMap(unknowns)
        let diagnostics = preparation.diagnostics + planned + report.diagnostics + hidden + warnings
        desk.close(
            AnswerDocument(plan: plan, diagnostics: diagnostics, report: report, costs: await platform.costs),
            sources: preparation.sources,
            shown: shown
        )
        return status(plan, report, diagnostics, wasInterrupted: interruption.happened)
    }

    private func mustAsk(about plan: Plan) -> Bool {
        !isApproved && !dryRun && !(plan.operations.isEmpty && plan.waits.isEmpty)
            && limits.limits.refusals(of: plan).isEmpty
    }

    /// What could not be compared may differ, so it is not known to be as declared.
    private func unknowns(_ plan: Plan) -> [Diagnostic] {
        plan.unknowns.map { .hiddenValue($0, user: plan.user) }
    }

    private func status(
        _ plan: Plan,
        _ report: ApplyReport,
        _ diagnostics: [Diagnostic],
        wasInterrupted: Bool
    ) -> ExitStatus {
        var statuses: [ExitStatus] = []
        if wasInterrupted { statuses.append(.interrupted) }
        // What waits for a task that failed is not attempted: that alone is the task's failure.
        let hasFailedRuns = ([plan] + report.laterPlans).contains { !$0.failedRuns.isEmpty }
        let runFailed = hasFailedRuns || diagnostics.contains { $0.code == .runFailed }
        for diagnostic in diagnostics where diagnostic.severity == .error {
            switch diagnostic.code {
            case .tooMuchChange, .protected: statuses.append(.refused)
            case .runFailed: break
            default: statuses.append(.failure)
            }
        }
        if report.notAttempted > 0, !runFailed { statuses.append(.failure) }
        if runFailed { statuses.append(.taskFailed) }
        return .worst(statuses)
    }
}

extension Diagnostic {
    fileprivate static func hiddenValue(_ unknown: Plan.Unknown, user: String) -> Diagnostic {
        Diagnostic(
            .error,
            .hiddenValue,
            "`\(unknown.field.definition.name)` of `\(unknown.address)` is hidden from `\(user)`",
            subject: "\(unknown.address)",
            at: Annotation(unknown.origin, "not compared, not sent"),
            details: [.help("apply as a space developer")]
        )
    }
}
