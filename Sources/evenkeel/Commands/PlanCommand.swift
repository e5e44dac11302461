import ArgumentParser
import CloudController
import Diagnostics
import Reconciliation

/// `plan`: what would change.
struct PlanCommand: ParsableCommand, WorkCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what differs from the platform and what would be sent; sends nothing but reads.",
        discussion: """
            Exit status: 0 when it could plan, 1 when something is wrong, 2 with --exit-code when changes are pending, \
            3 when a manifest is meant for another API, 5 when a declared task has failed. A plan that disturbs more \
            than the limits allow is shown with a warning; apply refuses it.
            """
    )

    @OptionGroup(title: "Manifests") var manifests: ManifestOptions
    @OptionGroup(title: "Scope") var targets: TargetOptions
    @OptionGroup(title: "Connection") var connection: ConnectionFlags
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions

    @Option(help: ArgumentHelp("The form of the plan on stdout.", valueName: "format"))
    var format: PlanFormat = .text

    @Option(
        name: .customLong("out"),
        help: ArgumentHelp(
            "Save the plan for `apply --plan FILE`; a plan with errors is not saved. No secret is in the file.",
            valueName: "file"
        )
    )
    var file: String?

    @Flag(
        name: [.customLong("exit-code"), .customLong("detailed-exitcode")],
        help: "Exit with 2 when changes are pending."
    )
    var exitsWithChanges = false

    @Flag(
        name: .customLong("leftovers"),
        help: "Also list apps that carry our record and are no longer declared; nothing removes them."
    )
    var showsLeftovers = false

    func validate() throws {
        try manifests.requirePaths()
    }

    func run(on console: Console) async throws -> ExitStatus {
        await Interruption().guarding { await plan(on: console) }
    }

    private func plan(on console: Console) async -> ExitStatus {
        let desk = Desk(console: console, output: output, format: format)
        let preparation: Preparation
        do {
            preparation = try Preparation.prepare(work, on: console)
        } catch {
            return desk.refuse(error)
        }
        do {
            return try await withPlatform(preparation.connection) { platform async throws(PlatformError) in
                let reconciler = Reconciler(platform: platform, options: limits.planOptions)
                let planning = try await reconciler.plan(preparation.desired)
                let (leftovers, trouble) = try await findLeftovers(preparation.declared, platform)
                let remarks =
                    limits.limits.refusals(of: planning.plan, as: .warning) + trouble + (await platform.takeWarnings())
                let findings = Findings(
                    planning: planning,
                    leftovers: leftovers,
                    diagnostics: preparation.diagnostics + planning.diagnostics + remarks,
                    costs: await platform.costs
                )
                return show(findings, preparation, on: desk)
            }
        } catch {
            return desk.fail(error, preparation)
        }
    }

    /// Nil when nobody asked for them, or when they could not be read.
    private func findLeftovers(
        _ declared: DesiredState,
        _ platform: CloudControllerPlatform
    ) async throws(PlatformError) -> (leftovers: [Leftover]?, trouble: [Diagnostic]) {
        guard showsLeftovers else { return (nil, []) }
        do {
            return (Reconciliation.leftovers(of: declared, in: try await platform.wholeSpaces(of: declared)), [])
        } catch {
            // The plan was read before, and stands without them.
            if error.code == .cancelled { throw error }
            return (nil, [error.diagnostic(intent: "show what is no longer declared", api: platform.api)])
        }
    }

    /// What there is to show.
    private struct Findings {
        let planning: Reconciler.Planning
        let leftovers: [Leftover]?
        let diagnostics: [Diagnostic]
        let costs: RequestCosts
    }

    private func show(_ findings: Findings, _ preparation: Preparation, on desk: Desk) -> ExitStatus {
        var diagnostics = findings.diagnostics
        let plan = findings.planning.plan
        if format == .text, let leftovers = findings.leftovers {
            for line in LeftoversView(leftovers: leftovers, of: preparation.declared).lines { desk.console.print(line) }
        }
        desk.print(plan, diagnostics)
        desk.talk(findings.costs, plan)
        let problem = save(findings.planning, preparation.desired, diagnostics, desk.console)
        if let problem { diagnostics.append(problem) }
        desk.close(
            AnswerDocument(plan: plan, diagnostics: diagnostics, costs: findings.costs, leftovers: findings.leftovers),
            sources: preparation.sources
        )
        if problem == nil, let file {
            desk.console.talk(
                "Saved to \(cleaned(file)); `\(desk.console.program) apply --plan \(cleaned(file))` performs it."
            )
        }
        if diagnostics.hasErrors { return .failure }
        if !plan.failedRuns.isEmpty { return .taskFailed }
        // What an app needs that waits for a deployment is not known yet.
        return exitsWithChanges && (plan.writes > 0 || !plan.waits.isEmpty) ? .changesPending : .success
    }

    /// Saves the plan where that is wanted; gives the reason when it cannot be.
    private func save(
        _ planning: Reconciler.Planning,
        _ desired: DesiredState,
        _ diagnostics: [Diagnostic],
        _ console: Console
    ) -> Diagnostic? {
        guard let file else { return nil }
        if diagnostics.hasErrors { return .planNotSaved(file, "a plan with errors is not saved") }
        let approved = ApprovedPlan(planning, of: desired, options: limits.planOptions, warnings: diagnostics)
        guard let text = try? SavedPlanFile.text(of: approved) else {
            return .planNotSaved(file, "the plan cannot be encoded")
        }
        return console.writeFile(file, text).map { .planNotSaved(file, "the file cannot be written: \($0)") }
    }
}

extension Diagnostic {
    fileprivate static func planNotSaved(_ file: String, _ reason: String) -> Diagnostic {
        Diagnostic(.error, .planNotSaved, "the plan was not saved to `\(file)`", details: [.note(reason)])
    }
}
