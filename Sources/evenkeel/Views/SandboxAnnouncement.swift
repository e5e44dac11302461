import CloudController
import Diagnostics
import Sandbox

/// What a person reads when the sandbox listens: where, how to log in, and what to try.
struct SandboxAnnouncement {
    /// Where the foundation came from.
    enum Foundation {
        /// The built-in example; its manifests are at hand in a clone of the project.
        case example(manifests: String?)
        case seed(file: String, Seed)
    }

    let url: String
    let foundation: Foundation
    /// How this program was called.
    let program: String

    var lines: [String] {
        let blank = [""]
        return ["A sandbox listens at \(url) \(origin), until Ctrl-C."] + blank + login + blank + [
            "Three commands to try:"
        ] + commands.map { "    " + $0 }
    }

    private var origin: String {
        switch foundation {
        case .example: "with a small example foundation"
        case .seed(let file, _): "with the foundation of \(cleaned(file))"
        }
    }

    private var login: [String] {
        switch foundation {
        case .example:
            return ["Log in, in another terminal:", "    export CF_API=\(url) CF_USERNAME=admin CF_PASSWORD=admin"]
        case .seed(let file, let seed):
            if let user = seed.users.first {
                return [
                    "Log in, in another terminal, with a user and password of \(cleaned(file)):",
                    "    export CF_API=\(url) CF_USERNAME=\(quoted(user.name))",
                    "    read -rs CF_PASSWORD && export CF_PASSWORD",
                ]
            }
            if let client = seed.clients.first {
                return [
                    "Log in, in another terminal, with a client and secret of \(cleaned(file)):",
                    "    export CF_API=\(url) CF_CLIENT_ID=\(quoted(client.id))",
                    "    read -rs CF_CLIENT_SECRET && export CF_CLIENT_SECRET",
                ]
            }
            return ["Nobody can log in: \(cleaned(file)) has neither `users` nor `clients`."]
        }
    }

    private var commands: [String] {
        switch foundation {
        case .example(let manifests?):
            [
                "\(evenkeel) plan\(flag) \(manifests)", "\(evenkeel) apply --yes\(flag) \(manifests)",
                "curl -s \(url)/sandbox/requests",
            ]
        case .example(nil):
            [
                "echo '\(SandboxAnnouncement.manifest)' | \(evenkeel) plan\(flag) -",
                "echo '\(SandboxAnnouncement.manifest)' | \(evenkeel) apply --yes\(flag) -",
                "curl -s \(url)/sandbox/requests",
            ]
        case .seed:
            [
                "curl -s \(url)/sandbox/requests", "curl --data '{\"advance_seconds\": 60}' \(url)/sandbox/clock",
                "curl --data '{\"path\": \"/v3/*\", \"status\": 503}' \(url)/sandbox/faults",
            ]
        }
    }

    /// A manifest on one line, for those who are not in a clone.
    private static let manifest =
        "{version: 1, organization: acme, space: production, apps: {storefront: {processes: {web: {instances: 3}}}}}"

    private var evenkeel: String { quoted(program) }

    /// What `evenkeel` asks for where passwords could be read on the way.
    private var flag: String {
        guard let endpoint = try? Endpoint(url), endpoint.scheme == "http", !endpoint.isLoopback else { return "" }
        return " --skip-ssl-validation"
    }

    /// The text as one word of a shell.
    private func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            default: "_-./@:+".utf8.contains(byte)
            }
        }
        if isPlain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}

/// The log of requests, one line each.
enum SandboxLog {
    /// The time, method, path, status and user; never a body.
    static func line(_ entry: JournalEntry) -> String {
        let status = entry.status.map { String($0) } ?? "no-answer"
        let user = entry.user.map { cleaned($0) } ?? "-"
        let line = "\(entry.time) \(cleaned(entry.method)) \(cleaned(entry.path)) \(status) \(user)"
        return entry.isFaulty ? line + " (fault)" : line
    }
}
