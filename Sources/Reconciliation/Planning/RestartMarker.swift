import Diagnostics

/// The annotation that remembers on the platform that a restart is owed.
///
/// It names what ran when the settings were changed. A restart changes the version of every process and a rolling
/// deployment the guid of web (`cloud_controller_ng lib/cloud_controller/diego/process_guid.rb`), so whoever makes it
/// settles the debt, and no write is needed to say so.
enum RestartMarker {
    static let key: Text = "evenkeel.dev/restart-owed"

    private static let inPlace = #"{"v":1,"app":{"#
    private static let assigned = #"{"v":1,"assigned":true,"app":{"#

    /// For a process, with the names of the settings that are not live.
    ///
    /// - Parameter type: of the process, in a request of the app; nil in one of the process.
    static func ofProcess(_ fields: [String], type: Text? = nil) -> JSON {
        let process = type.map { "processes.\($0)" } ?? "process"
        return .template(
            processStart(guid: "{\(process).guid}", version: "{\(process).version}") + list(fields) + "}"
        )
    }

    /// For a droplet whose image was changed in place: every process of the app runs the image before it.
    static func ofDroplet(_ processes: [ObservedProcess]) -> JSON {
        .template(inPlace + entries(of: processes, symbols) + "}}")
    }

    /// For a droplet that takes the place of the current one: every process of the app runs the droplet before it.
    static func ofAssignment(_ processes: [ObservedProcess]) -> JSON {
        .template(assigned + entries(of: processes, symbols) + "}}")
    }

    /// The settings that are not live on the process; nil when no restart is owed.
    static func owed(by process: ObservedProcess) -> [String]? {
        guard case .value(.text(let text)) = process.fields[.annotation(key)], let version = process.version else {
            return nil
        }
        let start = processStart(guid: process.guid, version: version)
        guard text.string.hasPrefix(start), text.string.hasSuffix("}") else { return nil }
        let rest = text.string.dropFirst(start.count)
        guard rest.hasPrefix("["), let end = rest.firstIndex(of: "]") else { return nil }
        return rest[..<end].dropFirst().split(separator: ",").map { String($0.dropFirst().dropLast()) }
    }

    /// The image of the droplet is not live: one of the processes still runs as it did before.
    ///
    /// A droplet can bring processes of other types along, which the marker does not name.
    static func isOwed(by droplet: ObservedDroplet, on processes: [ObservedProcess]) -> Bool {
        guard case .value(.text(let text)) = droplet.fields[.annotation(key)] else { return false }
        let marker = text.string
        guard marker.hasPrefix(inPlace) || marker.hasPrefix(assigned) else { return false }
        return processes.contains { marker.contains(entry(for: $0, $0.guid, $0.version ?? "")) }
    }

    /// The same marker, written for a saved plan: an apply of that plan knows what it has done itself.
    static func marked(_ marker: JSON, by approval: String) -> JSON {
        guard case .template(let text) = marker, text.hasSuffix("}") else { return marker }
        return .template(text.dropLast() + member(approval))
    }

    /// The resource has the marker that an apply of that saved plan has written.
    static func isOf(_ approval: String, in fields: ObservedFields) -> Bool {
        guard case .value(.text(let text)) = fields[.annotation(key)] else { return false }
        return text.string.hasSuffix(member(approval))
    }

    private static func member(_ approval: String) -> String { ",\"plan\":\"\(approval)\"}" }

    /// The droplet was staged anew and assigned, not changed in place.
    static func isOfAssignment(_ marker: Text) -> Bool { marker.string.hasPrefix(assigned) }

    private static func processStart(guid: String, version: String) -> String {
        #"{"v":1,"process":"\#(guid)","version":"\#(version)","fields":"#
    }

    private static func list(_ fields: [String]) -> String {
        "[" + fields.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }

    private static func symbols(_ process: ObservedProcess) -> (guid: String, version: String) {
        ("{processes.\(process.type).guid}", "{processes.\(process.type).version}")
    }

    private static func entries(
        of processes: [ObservedProcess],
        _ running: (ObservedProcess) -> (guid: String, version: String)
    ) -> String {
        processes.sorted { $0.type < $1.type }.map { process in
            let (guid, version) = running(process)
            return entry(for: process, guid, version)
        }.joined(separator: ",")
    }

    private static func entry(for process: ObservedProcess, _ guid: String, _ version: String) -> String {
        JSON.text(process.type).compact + ":[\"\(guid)\",\"\(version)\"]"
    }
}

extension ObservedApp {
    /// The settings of any process or of the droplet that wait for a restart.
    ///
    /// None of a stopped app, and none while a deployment is on its way, which may be what settles them.
    var owedFields: [String] {
        guard isStarted, deployments.isEmpty else { return [] }
        var fields: [String] = []
        for process in processes {
            for field in RestartMarker.owed(by: process) ?? [] where !fields.contains(field) { fields.append(field) }
        }
        if let droplet, RestartMarker.isOwed(by: droplet, on: processes) { fields.append("image") }
        return fields
    }
}
