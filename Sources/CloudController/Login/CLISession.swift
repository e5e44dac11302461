import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the cf CLI remembers of its last login, read from its file and never written there.
///
/// Keys as in `cli util/configv3/json_config.go`.
package struct CLISession: Hashable, Sendable {
    package let target: Endpoint
    /// Without its scheme; empty when logged out.
    package let accessToken: String
    package let refreshToken: String
    /// Empty means password.
    package let grantType: String
    package let client: String
    /// The CLI does not store it after `cf auth --client-credentials`.
    package let clientSecret: String
    package let skipsValidation: Bool
}

extension CLISession {
    /// The outcome of looking for the file.
    struct Search: Sendable {
        let path: String
        let session: CLISession?
        /// Why there is none.
        let problem: String?

        /// The API that the session is for, where no other is named.
        func target() throws(PlatformError) -> Endpoint {
            if let session { return session.target }
            throw PlatformError(
                .invalidEndpoint,
                cause: "no API is named",
                help: "pass `--api URL`, set `CF_API`, or log in with `cf login`"
            ).neverSent
        }

        /// The session when it belongs to that API and holds something to log in with.
        func usable(for endpoint: Endpoint) throws(PlatformError) -> CLISession {
            guard let session else { throw notLoggedIn(endpoint, because: problem ?? "there is no session") }
            guard session.target == endpoint else {
                throw notLoggedIn(
                    endpoint,
                    because: "the cf CLI is logged in to \(session.target.url), not to \(endpoint.url)"
                )
            }
            guard !session.accessToken.isEmpty || !session.refreshToken.isEmpty else {
                throw notLoggedIn(endpoint, because: "the cf CLI has logged out of \(endpoint.url)")
            }
            return session
        }

        private func notLoggedIn(_ endpoint: Endpoint, because cause: String) -> PlatformError {
            PlatformError(
                .notLoggedIn,
                cause: cause,
                help: "log in with `cf login -a \(endpoint.url)`, or set `CF_USERNAME` and `CF_PASSWORD`"
            ).neverSent
        }
    }

    /// Looks at `$CF_HOME/.cf/config.json`, else `$HOME/.cf/config.json`.
    static func find(in environment: Environment) -> Search {
        guard let home = environment.value("CF_HOME") ?? environment.value("HOME") else {
            return Search(path: "", session: nil, problem: "no credentials are given")
        }
        let path = home + (home.hasSuffix("/") ? "" : "/") + ".cf/config.json"
        switch environment.readFile(path) {
        case .absent:
            return Search(path: path, session: nil, problem: "no credentials are given, and there is no `\(path)`")
        case .unreadable(let reason):
            return Search(path: path, session: nil, problem: "`\(path)` cannot be read: \(reason)")
        case .bytes(let bytes): return read(bytes, path: path)
        }
    }

    private static func read(_ bytes: [UInt8], path: String) -> Search {
        let unusable = { (problem: String) in Search(path: path, session: nil, problem: problem) }
        // The CLI treats an empty file as an empty configuration.
        if bytes.isEmpty { return unusable("`\(path)` is empty") }
        guard let wire = try? JSONDecoder().decode(WireSession.self, from: Data(bytes)) else {
            return unusable("`\(path)` is not the cf CLI's file")
        }
        guard wire.version == 4 else {
            return unusable(
                "`\(path)` has version \(wire.version.map(String.init) ?? "none") of the cf CLI's file, not 4"
            )
        }
        guard let target = wire.target, !target.isEmpty else { return unusable("the cf CLI has no API in `\(path)`") }
        guard let endpoint = try? Endpoint(target) else {
            return unusable("the API in `\(path)` is no URL")
        }
        let session = CLISession(
            target: endpoint,
            accessToken: Login.withoutScheme(wire.accessToken ?? ""),
            refreshToken: wire.refreshToken ?? "",
            grantType: wire.grantType ?? "",
            client: wire.client.flatMap { $0.isEmpty ? nil : $0 } ?? "cf",
            clientSecret: wire.clientSecret ?? "",
            skipsValidation: wire.sslDisabled ?? false
        )
        return Search(path: path, session: session, problem: nil)
    }
}

private struct WireSession: Decodable {
    let version: Int?
    let target: String?
    let accessToken: String?
    let refreshToken: String?
    let grantType: String?
    let client: String?
    let clientSecret: String?
    let sslDisabled: Bool?

    enum CodingKeys: String, CodingKey {
        case version = "ConfigVersion"
        case target = "Target"
        case accessToken = "AccessToken"
        case refreshToken = "RefreshToken"
        case grantType = "UAAGrantType"
        case client = "UAAOAuthClient"
        case clientSecret = "UAAOAuthClientSecret"
        case sslDisabled = "SSLDisabled"
    }
}
