import Diagnostics

extension Store {
    func listDeployments(_ call: Call) throws(Refusal) -> Answer {
        let query = try ListQuery(call, .deployments)
        let parents = appFilter(query, call)
        return list(Listing(path: "/v3/deployments", query: query, table: deployments, parents: parents)) { row in
            query.accepts("status_values", Text(row.status)) && query.accepts("status_reasons", Text(row.reason))
                && query.accepts("states", Text(row.oldState))
        } write: {
            write($0, to: &$1)
        }
    }

    func getDeployment(_ call: Call) throws(Refusal) -> Answer {
        guard let row = deployments[call.parameter("guid")] else { throw .notFound("Deployment") }
        _ = try readableApp(row.appGUID, call, as: "Deployment")
        return Answer.json(200) { write(row, to: &$0) }
    }

    /// `GET /v3/roles`: those of places that the caller can read; its messages come as 422.
    func listRoles(_ call: Call) throws(Refusal) -> Answer {
        let query = try ListQuery(call, .roles)
        let access = access(call)
        let parents = query.filters["user_guids"].map { Set($0.map(\.string)).map { $0 } }
        return list(Listing(path: "/v3/roles", query: query, table: roles, parents: parents, rowSize: 700)) { row in
            query.accepts("types", Text(row.type))
                && query.accepts("space_guids", row.spaceGUID.map { Text($0) })
                && query.accepts("organization_guids", row.organizationGUID.map { Text($0) })
                && canRead(row, access)
        } included: { rows, writer in
            self.writeSubjects(of: rows, query.includes, to: &writer)
        } write: {
            write($0, to: &$1)
        }
    }

    func getRole(_ call: Call) throws(Refusal) -> Answer {
        let includes = try SingleInclude(call, allowed: ListRules.roles.includes)
        guard let row = roles[call.parameter("guid")], canRead(row, access(call)) else { throw .notFound("Role") }
        return Answer.json(200) { writer in
            write(row, to: &writer) { writer in
                if includes.isEmpty { return }
                let names = ListRules.roles.includes.filter { includes.contains($0) }
                writer.object("included") { self.writeSubjects(of: [row], names, to: &$0) }
            }
        }
    }

    private func canRead(_ role: RoleRow, _ access: Access) -> Bool {
        switch role.place {
        case .space(let guid): spaces[guid].map { access.canRead($0) } ?? false
        case .organization(let guid):
            organizations[guid].map { access.canRead($0, spaces: spaces.rows(ofParent: guid)) } ?? false
        }
    }

    private func writeSubjects(of rows: [RoleRow], _ includes: [String], to writer: inout JSONWriter) {
        if includes.contains("user") {
            writer.list("users") { writer in
                for position in users.positions(ofGUIDs: Set(rows.map(\.userGUID))) {
                    if let user = users[position: position] { write(user, to: &writer) }
                }
            }
        }
        if includes.contains("organization") {
            writer.list("organizations") { writer in
                for position in organizations.positions(ofGUIDs: Set(rows.compactMap(\.organizationGUID))) {
                    if let row = organizations[position: position] { write(row, to: &writer) }
                }
            }
        }
        if includes.contains("space") {
            writer.list("spaces") { writer in
                for position in spaces.positions(ofGUIDs: Set(rows.compactMap(\.spaceGUID))) {
                    if let row = spaces[position: position] { write(row, to: &writer) }
                }
            }
        }
    }

    /// `GET /v3/audit_events`: managers see none.
    func listEvents(_ call: Call) throws(Refusal) -> Answer {
        let query = try ListQuery(call, .events)
        let access = access(call)
        let parents = query.filters["target_guids"].map { Set($0.map(\.string)).map { $0 } }
        return list(Listing(path: "/v3/audit_events", query: query, table: events, parents: parents)) { row in
            query.accepts("types", Text(row.type)) && query.accepts("target_guids", Text(row.appGUID))
                && query.accepts("space_guids", Text(row.spaceGUID))
                && query.accepts("organization_guids", Text(row.organizationGUID))
                && (spaces[row.spaceGUID].map { access.canReadEvents(in: $0) } ?? false)
        } write: {
            write($0, to: &$1)
        }
    }

    func getEvent(_ call: Call) throws(Refusal) -> Answer {
        guard let row = events[call.parameter("guid")], let space = spaces[row.spaceGUID],
            access(call).canReadEvents(in: space)
        else { throw .notFound("Event") }
        return Answer.json(200) { write(row, to: &$0) }
    }
}

extension DeploymentRow {
    /// The state as the deprecated filter `states` knows it.
    fileprivate var oldState: String {
        guard !isActive else { return reason }
        return reason == "CANCELED" || wasCanceling ? "CANCELED" : "DEPLOYED"
    }
}
