import Diagnostics

extension Store {
    func listOrganizations(_ call: Call) throws(Refusal) -> Answer {
        let query = try ListQuery(call, .organizations)
        let names = query.values("names").map { Set($0.map(\.caseFolded)) }
        let access = access(call)
        return list(Listing(path: "/v3/organizations", query: query, table: organizations)) { row in
            (names?.contains(row.name.caseFolded) ?? true)
                && access.canRead(row, spaces: spaces.rows(ofParent: row.guid))
        } write: {
            write($0, to: &$1)
        }
    }

    func getOrganization(_ call: Call) throws(Refusal) -> Answer {
        guard let row = organizations[call.parameter("guid")],
            access(call).canRead(row, spaces: spaces.rows(ofParent: row.guid))
        else { throw .notFound("Organization") }
        return Answer.json(200) { write(row, to: &$0) }
    }

    func listSpaces(_ call: Call) throws(Refusal) -> Answer {
        let query = try ListQuery(call, .spaces)
        let names = query.values("names").map { Set($0.map(\.caseFolded)) }
        let access = access(call)
        let parents = query.filters["organization_guids"].map { $0.map(\.string) }
        return list(Listing(path: "/v3/spaces", query: query, table: spaces, parents: parents)) { row in
            (names?.contains(row.name.caseFolded) ?? true) && access.canRead(row)
        } included: { rows, writer in
            self.writeOrganizations(of: rows, to: &writer)
        } write: {
            write($0, to: &$1)
        }
    }

    func getSpace(_ call: Call) throws(Refusal) -> Answer {
        guard let row = spaces[call.parameter("guid")], access(call).canRead(row) else { throw .notFound("Space") }
        let includes = try SingleInclude(call, allowed: ListRules.spaces.includes)
        return Answer.json(200) { writer in
            write(row, to: &writer) { writer in
                if includes.isEmpty { return }
                writer.object("included") { self.writeOrganizations(of: [row], to: &$0) }
            }
        }
    }

    /// The organizations of spaces, each once, in the order of the table.
    func writeOrganizations(of rows: [SpaceRow], to writer: inout JSONWriter) {
        writer.list("organizations") { writer in
            for position in organizations.positions(ofGUIDs: Set(rows.map(\.organizationGUID))) {
                guard let row = organizations[position: position] else { continue }
                write(row, to: &writer)
            }
        }
    }
}

/// The `include` of a single resource.
struct SingleInclude {
    private let names: [String]

    init(_ call: Call, allowed: [String]) throws(Refusal) {
        names = (call.query.text("include") ?? "").split(separator: ",").map(String.init)
        let unknown = names.filter { !allowed.contains($0) }
        guard unknown.isEmpty else {
            let shown = unknown.map { "'\($0)'" }.joined(separator: ", ")
            let valid = allowed.map { "'\($0)'" }.joined(separator: ", ")
            throw .badQuery(["Invalid included resource: \(shown). Valid included resources are: \(valid)"])
        }
    }

    var isEmpty: Bool { names.isEmpty }
    func contains(_ name: String) -> Bool { names.contains(name) }
}
