import Diagnostics
import YAML

/// What the tables cannot say about a seed: names that must be known, and names that must be there once.
struct SeedChecks {
    private var diagnostics: [Diagnostic] = []
    private var guids: [Text: SourceRange] = [:]
    private var subjects: Set<Text> = []

    /// - Parameter document: A document that the tables had nothing to say against.
    static func diagnostics(of document: Node) -> [Diagnostic] {
        var checks = SeedChecks()
        let users = document.items("users") + document.items("clients")
        checks.subjects = Set(users.compactMap { ($0["name"] ?? $0["id"])?.text })
        let identified = users.map { user in user["id"] ?? user["name"] }
        checks.requireDifferent(identified, "user", foldingCase: true, within: "the seed")
        checks.requireDifferent(document.items("organizations").map { $0["name"] }, "organization", within: "the seed")
        for user in users { checks.note(user) }
        for organization in document.items("organizations") { checks.check(organization: organization) }
        return checks.diagnostics
    }

    private mutating func check(organization: Node) {
        note(organization)
        checkRoles(organization)
        let name = organization["name"]?.text?.string ?? ""
        requireDifferent(organization.items("spaces").map { $0["name"] }, "space", within: "organization `\(name)`")
        for space in organization.items("spaces") {
            let isSpaceRepeated = space.isRepeated
            note(space, isRepeated: isSpaceRepeated)
            checkRoles(space)
            let name = space["name"]?.text?.string ?? ""
            requireDifferent(
                space.items("apps").map { $0["name"] },
                "app",
                foldingCase: true,
                within: "space `\(name)`"
            )
            for app in space.items("apps") {
                let isRepeated = isSpaceRepeated || app.isRepeated
                note(app, isRepeated: isRepeated)
                for part in ["droplets", "processes", "tasks", "deployments"].flatMap({ app.items($0) }) {
                    note(part, isRepeated: isRepeated || part.isRepeated)
                }
            }
        }
    }

    /// A guid may be there once, except on a web process, which may have its app's.
    private mutating func note(_ resource: Node, isRepeated: Bool = false) {
        guard case .scalar(let guid)? = resource["guid"], resource["type"]?.text != "web" else { return }
        if isRepeated {
            if !guid.text.string.contains("((i))") { diagnostics.append(.sameGUID(guid)) }
            return
        }
        if let first = guids[guid.text] {
            diagnostics.append(.duplicateGUID(guid, first))
        } else {
            guids[guid.text] = guid.range
        }
    }

    private mutating func checkRoles(_ place: Node) {
        guard case .mapping(let roles)? = place["roles"] else { return }
        for entry in roles.entries {
            guard case .list(let names) = entry.value else { continue }
            for case .scalar(let name) in names.items where !subjects.contains(name.text) {
                diagnostics.append(.unknownUser(name, among: subjects))
            }
        }
    }

    private mutating func requireDifferent(
        _ names: [Node?],
        _ kind: String,
        foldingCase: Bool = true,
        within place: String
    ) {
        var seen: [Text: SourceRange] = [:]
        for case .scalar(let name)? in names {
            let key = foldingCase ? name.text.caseFolded : name.text
            if let first = seen[key] {
                diagnostics.append(.duplicate(kind, name, first, within: place))
            } else {
                seen[key] = name.range
            }
        }
    }
}

extension Node {
    fileprivate subscript(key: Text) -> Node? {
        guard case .mapping(let mapping) = self else { return nil }
        return mapping[key]
    }

    fileprivate var isRepeated: Bool { self["repeat"].map { $0.text != "1" } ?? false }

    fileprivate func items(_ key: Text) -> [Node] {
        guard case .list(let list)? = self[key] else { return [] }
        return list.items
    }

    fileprivate var text: Text? {
        guard case .scalar(let scalar) = self else { return nil }
        return scalar.text
    }
}

extension Diagnostic {
    fileprivate static func unknownUser(_ name: Node.Scalar, among subjects: Set<Text>) -> Diagnostic {
        let near = NearestName.of(name.text.string, in: subjects.map(\.string).sorted())
        return Diagnostic(
            .error,
            .invalidValue,
            "no user or client of the seed is named `\(name.text)`",
            at: Annotation(name.range, "not among `users` and `clients`"),
            details: near.map { [.help("did you mean `\($0)`?")] } ?? []
        )
    }

    fileprivate static func duplicate(
        _ kind: String,
        _ name: Node.Scalar,
        _ first: SourceRange,
        within place: String
    ) -> Diagnostic {
        Diagnostic(
            .error,
            .duplicateResource,
            "\(kind) `\(name.text)` is there twice in \(place)",
            at: Annotation(name.range, "here again"),
            secondary: [Annotation(first, "first here")]
        )
    }

    fileprivate static func sameGUID(_ guid: Node.Scalar) -> Diagnostic {
        Diagnostic(
            .error,
            .duplicateResource,
            "the guid `\(guid.text)` is that of several resources",
            at: Annotation(guid.range, "here for each of them"),
            details: [.help("put `((i))` into it, or leave it out")]
        )
    }

    fileprivate static func duplicateGUID(_ guid: Node.Scalar, _ first: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .duplicateResource,
            "the guid `\(guid.text)` is there twice",
            at: Annotation(guid.range, "here again"),
            secondary: [Annotation(first, "first here")]
        )
    }
}
