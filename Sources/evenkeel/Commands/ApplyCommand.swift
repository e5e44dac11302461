import ArgumentParser
import CloudController
import Diagnostics
import Reconciliation

/// `apply`: makes it so.
struct ApplyCommand: ParsableCommand, WorkCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Plan, ask, and send what the plan says; safe to repeat.",
        discussion: """
            Without a terminal one of --yes, --dry-run, --plan and --checksum is needed: nobody can be asked.

            Exit status: 0 when everything declared is in place, 1 when something could not be done, 3 when it is refused: a \
            manifest or plan is meant for another API, or more would be disturbed than the limits allow; 4 when the \
            approved plan is stale, 5 when a declared task has failed, 64 for a wrong command line, 130 when interrupted.
            """
    )

    @OptionGroup(title: "Manifests") var manifests: ManifestOptions
    @OptionGroup(title: "Scope") var targets: TargetOptions
    @OptionGroup(title: "Connection") var connection: ConnectionFlags
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions

    @Flag(name: [.customLong("yes"), .customLong("auto-approve")], help: "Do not ask.")
    var isApproved = false

    @Option(
        name: .customLong("plan"),
        help: ArgumentHelp(
            "Perform this saved plan and no other, without asking; takes no manifests, but the same --secrets-file. "
                + "- is standard input.",
            valueName: "file"
        )
    )
    var planFile: String?

    @Option(
        help: ArgumentHelp(
            "Plan again, and go on without asking only when the plan has this checksum.",
            valueName: "sha256"
        )
    )
    var checksum: String?

    @Option(help: ArgumentHelp("The form of the answer on stdout.", valueName: "format"))
    var format: OutputFormat = .text

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
        if planFile == nil {
            try manifests.requirePaths()
        } else if manifests.areGiven || !targets.targets.isEmpty || checksum != nil || limits.forceConflicts {
            throw ValidationError(
                "--plan performs what was planned: it takes no manifests, variables, --target, --checksum "
                    + "or --force-conflicts"
            )
        }
        if let checksum, checksum.wholeMatch(of: #/[0-9a-fA-F]{64}/#) == nil {
            throw ValidationError("--checksum takes the 64 hex digits that a plan prints, not `\(checksum)`")
        }
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
        let isDecided = isApproved || dryRun || planFile != nil || checksum != nil
        guard isDecided || (console.canAsk && format == .text) else {
            console.talk(
                "Error: nobody can be asked here: pass --yes to apply, --dry-run to look, or --plan or --checksum to "
                    + "apply what was approved"
            )
            return .usage
        }
        let interruption = Interruption()
        return await interruption.guarding { await connect(on: console, interruption) }
    }

    private func connect(on console: Console, _ interruption: Interruption) async -> ExitStatus {
        let desk = Desk(console: console, output: output, format: PlanFormat(format))
        do throws(Preparation.Refusal) {
            if let planFile {
                let (preparation, approved) = try Preparation.prepare(planFile, work, on: console)
                return await connected(parallel(preparation), desk, interruption) {
                    session,
                    platform async throws(PlatformError) in
                    try await session.perform(approved, on: platform)
                }
            }
            return await connected(try prepare(on: console), desk, interruption) {
                session,
                platform async throws(PlatformError) in
                try await session.apply(on: platform)
            }
        } catch {
            return desk.refuse(error)
        }
    }

    /// Does the work on a platform.
    private func connected(
        _ preparation: Preparation,
        _ desk: Desk,
        _ interruption: Interruption,
        _ work: @escaping @Sendable (ApplySession, CloudControllerPlatform) async throws(PlatformError) -> ExitStatus
    ) async -> ExitStatus {
        let session = ApplySession(command: self, preparation: preparation, desk: desk, interruption: interruption)
        do {
            return try await withPlatform(preparation.connection) { platform async throws(PlatformError) in
                try await work(session, platform)
            }
        } catch {
            return desk.fail(error, preparation)
        }
    }

    func prepare(on console: Console) throws(Preparation.Refusal) -> Preparation {
        parallel(try Preparation.prepare(work, on: console))
    }

    /// With a connection for each app that is worked on: the others would only wait.
    private func parallel(_ preparation: Preparation) -> Preparation {
        var preparation = preparation
        let usual = preparation.connection.transport.connections
        preparation.connection.transport.connections = max(usual, min(parallelism, 200))
        return preparation
    }

    var options: ApplyOptions {
        ApplyOptions(
            parallelism: parallelism,
            taskParallelism: taskParallelism,
            failsFast: failFast,
            deploymentPatience: seconds(waitForDeployments) ?? 600,
            limits: limits.limits,
            claimTimeout: seconds(claimTimeout) ?? 90,
            rateLimitPatience: connection.maxWait
        )
    }

    /// A duration as in manifests.
    private func seconds(_ text: String) -> Int? {
        let factors: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
        guard let unit = text.last, let factor = factors[unit], let count = Int(text.dropLast()), count >= 0 else {
            return nil
        }
        let (product, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }
}
