import Logging

/// Writes what the client logs to stderr, one line an entry.
struct RequestLog: LogHandler {
    let console: Console
    var logLevel: Logger.Level = .debug
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let entries = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let facts = entries.map { " \($0.key)=\($0.value)" }.joined()
        console.talk("\(event.level): \(event.message)\(facts)")
    }

    static func logger(isVerbose: Bool, console: Console) -> Logger {
        Logger(label: "evenkeel") { _ in
            isVerbose ? RequestLog(console: console) as any LogHandler : SwiftLogNoOpLogHandler()
        }
    }
}
