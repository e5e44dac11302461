import Crypto
package import Diagnostics

/// The identity of a task's specification: two manifests that ask for the same run have the same fingerprint.
///
/// The first 32 hex digits of SHA-256 over canonical JSON. The bytes are frozen: keys may be added for manifests that
/// use them, but never change for those that do not.
package struct Fingerprint: Hashable, Sendable {
    package let hex: String
    /// It contains a droplet's guid, so it is not known from the manifest alone.
    package let containsGUID: Bool
    /// What was hashed.
    package let canonical: String
    /// What is to be hashed once the guid of the droplet is known.
    ///
    /// Nil when it was hashed already; else `hex` is empty.
    package let specification: JSON?

    /// - Parameter droplet: for `once_per_droplet` the droplet's guid, nil for one that is staged only when the plan is
    ///   performed, and for docker its image.
    package init(of task: DesiredTask, droplet: (guid: String?, image: Text?)?) {
        var members: [Text: JSON] = ["format": .number(1), "name": .text(task.name)]
        for declared in task.fields {
            switch declared.field {
            case .command, .user, .memory, .disk, .logRateLimit:
                members[Text(declared.field.definition.name)] = declared.json
            case .image, .healthCheck, .readinessHealthCheck, .instances, .label, .annotation: break
            }
        }
        if let template = task.template { members["template"] = .text(template.value) }
        if let revision = task.revision { members["revision"] = .number(revision.value) }
        if let droplet {
            members["droplet"] = droplet.guid.map { .text(Text($0)) } ?? .symbol("droplet.guid")
            if let image = droplet.image { members["image"] = .text(image) }
        }
        let sorted = members.sorted { $0.key < $1.key }
        let json = JSON.object(sorted.map { JSON.Member($0.key, $0.value) })
        let isPending = droplet.map { $0.guid == nil } ?? false
        canonical = json.wire
        hex = isPending ? "" : Fingerprint.hex(of: json)
        specification = isPending ? json : nil
        containsGUID = droplet != nil
    }

    /// The fingerprint of a specification in which nothing is left open.
    static func hex(of specification: JSON) -> String { String(sha256Hex(specification.wire).prefix(32)) }
}

/// The SHA-256 of the text's UTF-8, two lower-case digits a byte.
package func sha256Hex(_ text: String) -> String {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var result = String.UnicodeScalarView()
    for byte in SHA256.hash(data: Array(text.utf8)) {
        result.append(digits[Int(byte >> 4)])
        result.append(digits[Int(byte & 15)])
    }
    return String(result)
}

/// The labels that tie a task's row to the run that the manifest declares.
package enum RunLabel {
    package static let run: Text = "evenkeel.dev/run"
    package static let attempt: Text = "evenkeel.dev/attempt"
}
