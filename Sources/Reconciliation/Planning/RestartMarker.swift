import Diagnostics

/// The annotation that remembers on the platform that a restart is owed.
///
/// It names what ran when the settings were changed. A restart changes the version of every process and a rolling
/// deployment the guid of web (`cloud_controller_ng lib/cloud_controller/diego/process_guid.rb`), so whoever makes it
/// settles the debt, and no write is needed to say so.
enum RestartMarker {
    static let key: Text = "evenkeel.dev/restart-owed"

    /// For a process, with the names of the settings that are not live.
    static func ofProcess(_ fields: [String]) -> JSON {
        .template(processStart(guid: "{process.guid}", version: "{process.version}") + list(fields) + "}")
    }

    /// For a droplet whose image was changed in place: every process of the app runs the image before it.
    static func ofDroplet(_ processes: [ObservedProcess]) -> JSON {
        .template(
            droplet(processes) { ("{processes.\($0.type).guid}", "{processes.\($0.type).version}") }
        )
    }

    /// The settings that are not live on the process; nil when no restart is owed.
    static func owed(by process: ObservedProcess) -> [String]? {
        guard case .value(.text(let text)) = process.fields[.annotation(key)], let version = process.version else {
            return nil
        }
        let start = processStart(guid: process.guid, version: version)
        guard text.string.hasPrefix(start), text.string.hasSuffix("]}") else { return nil }
        let names = text.string.dropFirst(start.count + 1).dropLast(2)
        return names.split(separator: ",").map { String($0.dropFirst().dropLast()) }
    }

    /// The image of the droplet is not live on the processes.
    static func isOwed(by droplet: ObservedDroplet, on processes: [ObservedProcess]) -> Bool {
        let marker = RestartMarker.droplet(processes) { ($0.guid, $0.version ?? "") }
        return droplet.fields[.annotation(key)] == .value(.text(Text(marker)))
    }

    private static func processStart(guid: String, version: String) -> String {
        #"{"v":1,"process":"\#(guid)","version":"\#(version)","fields":"#
    }

    private static func list(_ fields: [String]) -> String {
        "[" + fields.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }

    private static func droplet(
        _ processes: [ObservedProcess],
        _ running: (ObservedProcess) -> (guid: String, version: String)
    ) -> String {
        let entries = processes.sorted { $0.type < $1.type }.map { process in
            let (guid, version) = running(process)
            return JSON.text(process.type).compact + ":[\"\(guid)\",\"\(version)\"]"
        }
        return #"{"v":1,"app":{"# + entries.joined(separator: ",") + "}}"
    }
}
