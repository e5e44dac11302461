import Diagnostics
import YAML

// Manifests of the server's own kind, as far as they make processes of apps that there are.
extension Store {
    /// `POST /v3/spaces/:guid/actions/apply_manifest` (`cloud_controller_ng app/controllers/v3/space_manifests_controller.rb`).
    ///
    /// Of each app its processes with type, command and instances are taken. What else a manifest may hold is refused, so
    /// that nobody takes for done what is not.
    func applyManifest(_ call: Call) throws(Refusal) -> Answer {
        guard let space = spaces[call.parameter("guid")], access(call).canRead(space) else { throw .notFound("Space") }
        try requireWritable(space, by: .developer, call)
        guard let type = call.request.header("content-type"), type.hasPrefix("application/x-yaml") else {
            throw .badRequest("Content-Type must be yaml")
        }
        let manifest = try SpaceManifest(call.request.body)
        var error: Refusal?
        for application in manifest.applications {
            guard
                let app = apps.rows(ofParent: space.guid).first(where: {
                    $0.name.caseFolded == application.name.caseFolded
                })
            else {
                throw .unprocessable(
                    "For application '\(application.name)': the sandbox makes no apps, and there is none of this name"
                )
            }
            let text = String(decoding: call.request.body, as: UTF8.self)
            record("audit.app.apply_manifest", app: app.guid, ["request": ["manifest": .text(text)]], call)
            do throws(Refusal) {
                for process in application.processes { try apply(process, to: app, call) }
            } catch let refusal {
                // what went before it stays (`cloud_controller_ng app/jobs/space_apply_manifest_action_job.rb`)
                error = refusal
                break
            }
        }
        let job = JobRow(
            guid: makeGUID(),
            createdAt: now,
            operation: "space.apply_manifest",
            endsAt: now.advanced(by: 1),
            error: error,
            spaceGUID: space.guid
        )
        jobs.insert(job)
        return Answer(status: 202, headers: [("Location", "\(baseURL)/v3/jobs/\(job.guid)")])
    }

    /// `GET /v3/jobs/:guid` (`cloud_controller_ng app/presenters/v3/job_presenter.rb`).
    func getJob(_ call: Call) throws(Refusal) -> Answer {
        guard let job = jobs[call.parameter("guid")] else { throw .notFound("Job") }
        let hasEnded = now >= job.endsAt
        let state = !hasEnded ? "PROCESSING" : job.error == nil ? "COMPLETE" : "FAILED"
        return Answer.json(200) { writer in
            writer.object { writer in
                writer.text("guid", job.guid)
                writer.text("created_at", "\(job.createdAt)")
                writer.text("updated_at", "\(hasEnded ? job.endsAt : job.createdAt)")
                writer.text("operation", job.operation)
                writer.text("state", state)
                writer.list("errors") { writer in
                    guard hasEnded, let error = job.error else { return }
                    writer.object { writer in
                        writer.number("code", error.code)
                        writer.text("title", error.title)
                        writer.text("detail", error.detail)
                    }
                }
                writer.list("warnings") { _ in }
                writer.object("links") { writer in
                    writer.link("self", "\(baseURL)/v3/jobs/\(job.guid)")
                    writer.link("space", "\(baseURL)/v3/spaces/\(job.spaceGUID)")
                }
            }
        }
    }

    /// Makes the process where the app has none of its type, then sets what is written
    /// (`cloud_controller_ng app/actions/app_apply_manifest.rb`).
    private func apply(_ wanted: SpaceManifest.Process, to app: AppRow, _ call: Call) throws(Refusal) {
        let process =
            newestProcess(of: app, type: wanted.type.string)
            ?? makeProcess(ofType: wanted.type, of: app, byManifest: true, call)
        if process.isWeb, deploymentBlocksWeb(of: app) {
            throw .unprocessable("Cannot update this process while a deployment is in flight.")
        }
        var updated = process
        if let command = wanted.command { updated.command = command }
        if let instances = wanted.instances { updated.instances = instances }
        updated.updatedAt = now
        let messages = ProcessModelRules.messages(updated) + quotaMessages(updated)
        guard messages.isEmpty else { throw .unprocessable(messages) }
        processes.update(process.guid) { $0 = updated }
        if wanted.command != nil { tell(.text(Hidden.text), of: "command", "update", process, call) }
        if let count = wanted.instances { tell(.number(String(count)), of: "instances", "scale", process, call) }
        if app.isStarted, updated.instances != process.instances { try desire([process.guid]) }
    }
}

extension Store {
    /// Events of what a manifest sets say so, and have its keys.
    private func tell(_ value: JSONValue, of key: String, _ kind: String, _ process: ProcessRow, _ call: Call) {
        record(
            "audit.app.process.\(kind)",
            app: process.appGUID,
            [
                "process_guid": .text(process.guid), "process_type": .text(process.type.string),
                "request": .object(JSONObject([(name: key, value: value)])), "manifest_triggered": .bool(true),
            ],
            call
        )
    }
}

/// What is taken of a manifest of the server's own kind.
private struct SpaceManifest {
    struct Application {
        var name: Text
        var processes: [Process] = []
    }

    struct Process {
        var type: Text
        /// Nil leaves it, nil inside takes it away.
        var command: Text??
        var instances: Int?
    }

    private(set) var applications: [Application] = []

    init(_ body: [UInt8]) throws(Refusal) {
        let file = YAML.parse(body, file: "manifest")
        guard !file.diagnostics.hasErrors, file.documents.count == 1, case .mapping(let root) = file.documents[0] else {
            throw .badRequest("Request invalid due to parse error: invalid request body")
        }
        guard case .list(let list) = root["applications"] else {
            throw .unprocessable("Applications must be an array of application configurations")
        }
        for item in list.items {
            guard case .mapping(let mapping) = item, case .scalar(let name) = mapping["name"] else {
                throw .unprocessable("For application at index \(applications.count): Name must not be empty")
            }
            var application = Application(name: name.text)
            for entry in mapping.entries where entry.key.text != "name" {
                guard entry.key.text == "processes", case .list(let processes) = entry.value else {
                    throw SpaceManifest.notTaken(entry.key.text, of: name.text)
                }
                for process in processes.items { application.processes.append(try Process(process, of: name.text)) }
            }
            applications.append(application)
        }
    }

    fileprivate static func notTaken(_ key: Text, of name: Text) -> Refusal {
        .unprocessable("For application '\(name)': the sandbox does not take the key '\(key)' of manifests")
    }
}

extension SpaceManifest.Process {
    fileprivate init(_ node: Node, of name: Text) throws(Refusal) {
        guard case .mapping(let mapping) = node, case .scalar(let type) = mapping["type"], !type.isEmpty else {
            throw .unprocessable("For application '\(name)': All Processes must specify a type")
        }
        self.type = type.text
        for entry in mapping.entries where entry.key.text != "type" {
            guard case .scalar(let scalar) = entry.value else { throw SpaceManifest.notTaken(entry.key.text, of: name) }
            switch entry.key.text {
            case "command":
                // two words and null take it away
                let isNone = scalar.isNull || scalar.isEmpty || ["null", "default"].contains(scalar.text)
                command = .some(isNone ? nil : scalar.text)
            case "instances":
                guard let count = Int(scalar.text.string), (0...2_000_000).contains(count) else {
                    throw .unprocessable(
                        "For application '\(name)': Process \"\(type.text)\": Instances must be greater than or equal to 0"
                    )
                }
                instances = count
            default: throw SpaceManifest.notTaken(entry.key.text, of: name)
            }
        }
    }
}
