import Diagnostics

extension Store {
    /// `GET /v3/processes`, and with an app in the path only that app's.
    func listProcesses(_ call: Call) throws(Refusal) -> Answer {
        guard let guid = call.parameters["guid"] ?? call.query.text("app_guid") else {
            let query = try ListQuery(call, .processes)
            return try listProcesses("/v3/processes", query, appFilter(query, call))
        }
        let query = try ListQuery(call, .processes.refusing(["app_guids", "organization_guids", "space_guids"]))
        let (app, _) = try readableApp(guid, call)
        return try listProcesses("/v3/apps/\(app.guid)/processes", query, [app.guid])
    }

    private func listProcesses(_ path: String, _ query: ListQuery, _ parents: [String]?) throws(Refusal) -> Answer {
        let embeds = try embedsInstances(query.single("embed"))
        return list(Listing(path: path, query: query, table: processes, parents: parents)) { row in
            query.accepts("types", row.type)
        } write: {
            write($0, command: .hiddenInLists, embedsInstances: embeds, to: &$1)
        }
    }

    private func embedsInstances(_ embed: String?) throws(Refusal) -> Bool {
        guard let embed else { return false }
        guard embed == "process_instances" else {
            let valid = "Valid embedded resources are: 'process_instances'"
            throw .badQuery(["Invalid embedded resource: '\(embed)'. \(valid)"])
        }
        guard runtime.isAvailable else { throw .unknownError }
        return true
    }

    func getProcess(_ call: Call) throws(Refusal) -> Answer {
        let embeds = try embedsInstances(call.query.text("embed"))
        let (process, _, space) = try readableProcess(call)
        let shows = access(call).canReadSecrets(in: space)
        return Answer.json(200, capacity: 1400) { writer in
            write(process, command: shows ? .shown : .hidden, embedsInstances: embeds, to: &writer)
        }
    }

    func processStats(_ call: Call) throws(Refusal) -> Answer {
        let (process, _, _) = try readableProcess(call)
        guard runtime.isAvailable else { throw .statsUnavailable }
        let answer = Answer.json(200) { writer in
            writer.object { writer in
                writer.list("resources") { writer in
                    for instance in instances(of: process) {
                        instance.writeStats(hasUsage: runtime.logCacheIsUp, to: &writer)
                    }
                }
            }
        }
        return runtime.logCacheIsUp
            ? answer : answer.adding([("X-Cf-Warnings", "Stats+server+temporarily+unavailable.")])
    }

    func processInstances(_ call: Call) throws(Refusal) -> Answer {
        let (process, _, _) = try readableProcess(call)
        // nothing translates the error of this one
        guard runtime.isAvailable else { throw .unknownError }
        let url = "\(baseURL)/v3/processes/\(process.guid)"
        return Answer.json(200) { writer in
            writer.object { writer in
                writer.list("resources") { writer in
                    for instance in instances(of: process) { instance.writeSummary(to: &writer) }
                }
                writer.object("links") { writer in
                    writer.link("self", url + "/process_instances")
                    writer.link("process", url)
                }
            }
        }
    }

    /// The process that a path names, by its guid or by app and type.
    func readableProcess(_ call: Call) throws(Refusal) -> (ProcessRow, AppRow, SpaceRow) {
        guard let type = call.parameters["type"] else {
            guard let process = processes[call.parameter("guid")] else { throw .notFound("Process") }
            let (app, space) = try readableApp(process.appGUID, call, as: "Process")
            return (process, app, space)
        }
        let (app, space) = try readableApp(call.parameter("guid"), call)
        guard let process = newestProcess(of: app, type: type) else { throw .notFound("Process") }
        return (process, app, space)
    }
}
