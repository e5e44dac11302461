import CloudController
import Diagnostics
import Logging
import Manifest
import Reconciliation

/// What commands on manifests do before the first request: read, narrow, check, and find out where to go.
struct Preparation {
    let desired: DesiredState
    /// What the manifests declare before it is narrowed to targets.
    let declared: DesiredState
    let sources: SourceFiles
    /// Warnings; with an error there is no preparation.
    let diagnostics: [Diagnostic]
    var connection: ConnectionOptions

    /// Why nothing can be sent.
    struct Refusal: Error {
        let status: ExitStatus
        let diagnostics: [Diagnostic]
        let sources: SourceFiles
    }

    static func prepare(_ options: WorkOptions, on console: Console) throws(Refusal) -> Preparation {
        let reading = options.manifests.read(from: console)
        var diagnostics = reading.diagnostics
        func refuse(_ status: ExitStatus) -> Refusal {
            Refusal(status: status, diagnostics: diagnostics, sources: reading.sources)
        }
        if diagnostics.hasErrors { throw refuse(.failure) }
        let (desired, unmatched) = options.targets.narrow(reading.state)
        diagnostics += unmatched
        if diagnostics.hasErrors { throw refuse(.failure) }
        var connection: ConnectionOptions
        do throws(PlatformError) {
            connection = try options.connection.connect(isVerbose: options.output.verbose, on: console)
        } catch {
            diagnostics.append(error.diagnostic(intent: "log in", api: options.connection.shownAPI(on: console)))
            throw refuse(.failure)
        }
        connection.secrets = reading.secrets.map(\.string)
        let mispinned = wrongPins(desired.pins, connection.login.endpoint)
        diagnostics += mispinned
        if !mispinned.isEmpty { throw refuse(.refused) }
        return Preparation(
            desired: desired,
            declared: reading.state,
            sources: reading.sources,
            diagnostics: diagnostics,
            connection: connection
        )
    }

    /// What is said of a platform that did not answer well enough.
    func diagnostic(about error: PlatformError) -> Diagnostic {
        error.diagnostic(intent: "show what is declared", api: connection.login.endpoint.url)
    }

    /// Documents that are meant for another API.
    private static func wrongPins(_ pins: [APIPin], _ endpoint: Endpoint) -> [Diagnostic] {
        pins.compactMap { pin in
            let urls = pin.urls.map { (try? Endpoint($0.string))?.url ?? $0.string }
            return urls.contains(endpoint.url) ? nil : .wrongAPI(endpoint.url, pin)
        }
    }
}

extension Diagnostic {
    fileprivate static func wrongAPI(_ url: String, _ pin: APIPin) -> Diagnostic {
        let allowed = pin.urls.map { "`\($0)`" }.joined(separator: " or ")
        return Diagnostic(
            .error,
            .wrongAPI,
            "this manifest is not meant for \(url)",
            at: Annotation(pin.origin, "meant for \(allowed)"),
            details: [.help("pass `--api` with that URL, or apply other manifests")]
        )
    }
}
