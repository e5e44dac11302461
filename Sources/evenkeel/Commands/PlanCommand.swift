import ArgumentParser
import CloudController
import Diagnostics
import Reconciliation

/// `plan`: what would change.
struct PlanCommand: ParsableCommand, ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what differs from the platform and what would be sent; sends nothing but reads.",
        discussion: """
            Exit status: 0 when it could plan, 1 when something is wrong, 2 with --exit-code when changes are pending, \
            3 when a manifest is meant for another API, 5 when a declared task has failed. A plan that disturbs more \
            than the limits allow is shown with a warning; apply refuses it.
            """
    )

    @OptionGroup var work: WorkOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions

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

    func run(on console: Console) async throws -> ExitStatus {
        try await Interruption().guarding { try await plan(on: console) }
    }

    private func plan(on console: Console) async throws -> ExitStatus {
        let desk = Desk(console: console, work: work)
        let preparation: Preparation
        do {
            preparation = try Preparation.prepare(work, on: console)
        } catch {
            return desk.refuse(error)
        }
        do {
            return try await withPlatform(preparation.connection) { platform in
                let reconciler = Reconciler(platform: platform, options: limits.planOptions)
                let planning = try await reconciler.plan(preparation.desired)
                let leftovers = try await findLeftovers(preparation.declared, platform)
                let remarks =
                    limits.limits.refusals(of: planning.plan, as: .warning) + (await platform.takeWarnings())
                desk.show(planning, preparation, remarks, await platform.costs, leftovers: leftovers)
                return status(of: planning)
            }
        } catch let error as PlatformError {
            return desk.fail(error, preparation)
        }
    }

    /// Nil when nobody asked for them.
    private func findLeftovers(
        _ declared: DesiredState,
        _ platform: CloudControllerPlatform
    ) async throws(PlatformError) -> [Leftover]? {
        guard showsLeftovers else { return nil }
        return Reconciliation.leftovers(of: declared, in: try await platform.wholeSpaces(of: declared))
    }

    private func status(of planning: Reconciler.Planning) -> ExitStatus {
        if planning.diagnostics.hasErrors { return .failure }
        if !planning.plan.failedRuns.isEmpty { return .taskFailed }
        return exitsWithChanges && planning.plan.writes > 0 ? .changesPending : .success
    }
}
