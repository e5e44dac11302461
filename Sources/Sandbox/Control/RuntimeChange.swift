import Diagnostics
import YAML

/// The body of `POST /sandbox/runtime`: what changes for the runtime below the Cloud Controller.
struct RuntimeChange {
    private let value: SeedValue

    static let kind = SeedKind(
        "runtime",
        article: "the",
        [
            SeedKey("available", .flag), SeedKey("refusing", .flag), SeedKey("log_cache_available", .flag),
            SeedKey("sync", .flag), SeedKey("syncs", .choice(["automatic", "manual"])),
            SeedKey("task_endings", .choice(["automatic", "manual"])),
            SeedKey("task_runs", .list(.mapping(SeedLanguage.taskRun))),
        ],
        SeedLanguage.runs
    )

    /// The change is nil when there is something wrong with the text, YAML or JSON.
    static func parse(_ text: String) -> (RuntimeChange?, [Diagnostic]) {
        let parsed = YAML.parse(text, file: "-")
        guard parsed.diagnostics.isEmpty, let document = parsed.documents.first else {
            return (nil, parsed.diagnostics)
        }
        var reader = SeedReader()
        let value = reader.read(document, as: .mapping(kind), at: "the document")
        guard let value, reader.diagnostics.isEmpty else { return (nil, reader.diagnostics) }
        return (RuntimeChange(value: SeedValue(value)), [])
    }

    var isAvailable: Bool? { value["available"].flag }
    var refusesContent: Bool? { value["refusing"].flag }
    var logCacheIsUp: Bool? { value["log_cache_available"].flag }
    var endsTasks: Bool? { value["task_endings"].text.map { $0 == "automatic" } }

    var taskRuns: [Seed.TaskRun]? {
        value["task_runs"].isPresent ? value["task_runs"].items.map(Seed.TaskRun.init) : nil
    }

    var syncsByItself: Bool? { value["syncs"].text.map { $0 == "automatic" } }
    /// Whether to sync at once instead of waiting for the next time.
    var syncs: Bool { value["sync"].flag ?? false }

    var processRuns: [Seed.ProcessRun]? {
        value["process_runs"].isPresent ? value["process_runs"].items.map(Seed.ProcessRun.init) : nil
    }

    var buildRuns: [Seed.BuildRun]? {
        value["build_runs"].isPresent ? value["build_runs"].items.map(Seed.BuildRun.init) : nil
    }
}

extension Store {
    /// Changes what is named and leaves the rest; lists take the place of those before.
    func changeRuntime(_ request: IncomingRequest) -> Answer {
        let (change, diagnostics) = RuntimeChange.parse(String(decoding: request.body, as: UTF8.self))
        guard let change else {
            return refuse(diagnostics.first?.message ?? "expected {\"available\": true or false, ...}")
        }
        settle()
        if let isAvailable = change.isAvailable { runtime.isAvailable = isAvailable }
        if let refuses = change.refusesContent { runtime.refusesContent = refuses }
        if let isUp = change.logCacheIsUp { runtime.logCacheIsUp = isUp }
        if let syncsByItself = change.syncsByItself { runtime.syncsByItself = syncsByItself }
        if let endsTasks = change.endsTasks { runtime.endsTasks = endsTasks }
        if let runs = change.taskRuns { taskRuns = runs }
        if let runs = change.processRuns { runtime.processRuns = runs }
        if let runs = change.buildRuns {
            runtime.buildRuns = runs
            for guid in buildsInFlight { planEnd(of: guid) }
        }
        if change.syncs {
            for guid in runtime.syncs.keys.sorted() { syncWhenDue(guid) }
        }
        return .empty
    }

    /// Takes the runtime down, or brings it back.
    package func setRuntime(isAvailable: Bool) {
        settle()
        runtime.isAvailable = isAvailable
    }

    /// Says how instances fare from now on, those that run included.
    package func setRuns(_ runs: [Seed.ProcessRun]) {
        settle()
        runtime.processRuns = runs
    }
}
