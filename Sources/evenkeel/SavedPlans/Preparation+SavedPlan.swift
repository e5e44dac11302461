import CloudController
import Diagnostics
import Manifest
import Reconciliation

extension Preparation {
    /// What `apply --plan` does before the first request: read the plan, put its secrets back, and find out where to go.
    static func prepare(
        _ path: String,
        _ options: WorkOptions,
        on console: Console
    ) throws(Refusal) -> (preparation: Preparation, approved: ApprovedPlan) {
        let saved: ApprovedPlan
        do {
            saved = try SavedPlanFile.read(path, on: console)
        } catch {
            throw Refusal(status: .failure, diagnostics: [error.diagnostic], sources: SourceFiles())
        }
        let unsealing = unseal(saved, secretFiles: options.manifests.secretFiles)
        let diagnostics = unsealing.diagnostics
        if diagnostics.hasErrors {
            let isStale = diagnostics.allSatisfy { $0.code == .planStale || $0.severity == .warning }
            throw Refusal(
                status: isStale ? .planStale : .failure,
                diagnostics: diagnostics,
                sources: unsealing.sources
            )
        }
        var connection: ConnectionOptions
        do throws(PlatformError) {
            connection = try options.connection.connect(isVerbose: options.output.verbose, on: console)
        } catch {
            let problem = error.diagnostic(intent: "log in", api: options.connection.shownAPI(on: console))
            throw Refusal(status: .failure, diagnostics: [problem], sources: unsealing.sources)
        }
        connection.secrets = unsealing.secrets.map(\.string)
        let url = connection.login.endpoint.url
        guard url == saved.plan.api else {
            let problem = Diagnostic.wrongAPI(url, ofPlan: saved.plan.api)
            throw Refusal(status: .refused, diagnostics: [problem], sources: unsealing.sources)
        }
        let preparation = Preparation(
            desired: unsealing.approved.declarations,
            declared: unsealing.approved.declarations,
            sources: unsealing.sources,
            diagnostics: diagnostics,
            connection: connection
        )
        return (preparation, unsealing.approved)
    }
}

extension Diagnostic {
    fileprivate static func wrongAPI(_ url: String, ofPlan api: String) -> Diagnostic {
        Diagnostic(
            .error,
            .wrongAPI,
            "this plan is not meant for \(cleaned(url))",
            details: [.note("it was made for \(api)"), .help("pass `--api` with that URL, or apply another plan")]
        )
    }
}
