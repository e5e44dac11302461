import Diagnostics
import Reconciliation
import YAML

/// What one document of a manifest declares.
struct ReadDocument {
    var pin: APIPin?
    /// Nil when organization or space are not known, so that the apps belong nowhere.
    var space: DesiredSpace?
}

extension ValueReader {
    /// Reads the root of a document.
    mutating func document(_ node: Node) -> ReadDocument {
        guard case .mapping(let mapping) = node else {
            diagnostics.append(.notAManifest(node))
            return ReadDocument()
        }
        if let applications = mapping.entries.first(where: { $0.key.text == "applications" }),
            !mapping.entries.contains(where: { $0.key.text == "apps" })
        {
            diagnostics.append(.pushManifest(applications.key))
            return ReadDocument()
        }
        let place = mapping.entries.first?.key.range ?? mapping.range
        let root = read(mapping, as: ManifestLanguage.document, place: place)
        let manager = root["manager"]?.text
        let apps = root["apps"]?.names.map { app($0, manager: manager) } ?? []

        var document = ReadDocument(pin: root["api"].flatMap(pin))
        if let organization = root["organization"]?.text, let space = root["space"]?.text {
            document.space = DesiredSpace(organization: organization, space: space, apps: apps)
            document.space?.managers = manager.map { [$0.value] } ?? []
        }
        return document
    }

    private func pin(_ value: ReadValue) -> APIPin? {
        var urls: [Text] = []
        if let text = value.text { urls = [text.value] }
        if case .list(let items) = value.content { urls = items.compactMap { $0.text?.value } }
        return APIPin(urls: urls.compactMap { APIURL($0)?.text }, origin: value.origin)
    }
}

extension Diagnostic {
    /// Nothing else of such a file is worth a word.
    fileprivate static func pushManifest(_ key: Node.Scalar) -> Diagnostic {
        Diagnostic(
            .error,
            .unknownKey,
            "this is a manifest of `cf push`, not one of Evenkeel",
            at: Annotation(key.range, "`cf push` lists apps here"),
            details: [
                .help(
                    "leave this file to `cf push` (`--exclude` leaves it out of a folder), and declare in another what is to hold:\n"
                        + "`version: 1`, `organization: ORG`, `space: SPACE` and `apps: {NAME: {processes: {web: {...}}}}`"
                )
            ]
        )
    }

    fileprivate static func notAManifest(_ node: Node) -> Diagnostic {
        Diagnostic(
            .error,
            .wrongType,
            "a manifest must be a mapping, not \(node.kindWithArticle)",
            at: Annotation(node.range, "\(node.kindWithArticle)"),
            details: [.help("begin with `version: 1`, `organization`, `space` and `apps`")]
        )
    }
}
