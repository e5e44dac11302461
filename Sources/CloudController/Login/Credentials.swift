package import Reconciliation

/// What proves who is asking, whole from one place.
package struct Credentials: Hashable, Sendable {
    /// Where they come from, for messages.
    package enum Source: Hashable, Sendable {
        case flags
        case environment
        /// The cf CLI's file.
        case session(path: String)
    }

    package enum Grant: Hashable, Sendable {
        /// `origin` names the identity provider, where a user name exists in several.
        case password(username: String, password: String, origin: String?)
        case clientCredentials(id: String, secret: String)
        case accessToken(String)
        case session(CLISession)
    }

    package let grant: Grant
    package let source: Source

    package init(_ grant: Grant, from source: Source) {
        self.grant = grant
        self.source = source
    }
}

/// The credentials that the command line named, files already read.
package struct CredentialFlags: Hashable, Sendable {
    package var username: String?
    package var password: String?
    package var origin: String?
    package var clientID: String?
    package var clientSecret: String?

    package init(
        username: String? = nil,
        password: String? = nil,
        origin: String? = nil,
        clientID: String? = nil,
        clientSecret: String? = nil
    ) {
        self.username = username
        self.password = password
        self.origin = origin
        self.clientID = clientID
        self.clientSecret = clientSecret
    }
}

/// Where to go and as whom.
package struct Login: Hashable, Sendable {
    package let endpoint: Endpoint
    package let credentials: Credentials
    /// The URL or the credentials are those of a session that was made with `--skip-ssl-validation`.
    package let sessionSkipsValidation: Bool

    package init(endpoint: Endpoint, credentials: Credentials, sessionSkipsValidation: Bool = false) {
        self.endpoint = endpoint
        self.credentials = credentials
        self.sessionSkipsValidation = sessionSkipsValidation
    }
}

extension Login {
    /// The API is the first of `api`, `CF_API`, `CF_API_URL` and the session's; the credentials are the first of flags,
    /// environment and session.
    ///
    /// A session is used only for its own target. Half a pair is an error that says what is missing.
    package static func resolve(
        api: String?,
        flags: CredentialFlags,
        environment: Environment
    ) throws(PlatformError) -> Login {
        let session = CLISession.find(in: environment)
        let named = api ?? environment.value("CF_API") ?? environment.value("CF_API_URL")
        let endpoint = if let named { try Endpoint(named) } else { try session.target() }
        let skips = named == nil && session.session?.skipsValidation == true
        if let grant = try grant(of: flags) {
            return Login(
                endpoint: endpoint,
                credentials: Credentials(grant, from: .flags),
                sessionSkipsValidation: skips
            )
        }
        if let grant = try grant(of: environment) {
            return Login(
                endpoint: endpoint,
                credentials: Credentials(grant, from: .environment),
                sessionSkipsValidation: skips
            )
        }
        let found = try session.usable(for: endpoint)
        return Login(
            endpoint: endpoint,
            credentials: Credentials(.session(found), from: .session(path: session.path)),
            sessionSkipsValidation: found.skipsValidation
        )
    }

    private static func grant(of flags: CredentialFlags) throws(PlatformError) -> Credentials.Grant? {
        try grant(
            username: ("--username", flags.username),
            password: ("--password-file", flags.password),
            origin: flags.origin,
            clientID: ("--client-id", flags.clientID),
            clientSecret: ("--client-secret-file", flags.clientSecret)
        )
    }

    private static func grant(of environment: Environment) throws(PlatformError) -> Credentials.Grant? {
        let userVariable = environment.value("CF_USERNAME") == nil && environment.value("CF_USER") != nil
        let username = userVariable ? "CF_USER" : "CF_USERNAME"
        let named = { (name: String) in (name, environment.value(name)) }
        let grant = try grant(
            username: named(username),
            password: named("CF_PASSWORD"),
            origin: environment.value("CF_ORIGIN"),
            clientID: named("CF_CLIENT_ID"),
            clientSecret: named("CF_CLIENT_SECRET")
        )
        return grant ?? environment.value("CF_ACCESS_TOKEN").map { .accessToken(withoutScheme($0)) }
    }

    private typealias Named = (name: String, value: String?)

    private static func grant(
        username: Named,
        password: Named,
        origin: String?,
        clientID: Named,
        clientSecret: Named
    ) throws(PlatformError) -> Credentials.Grant? {
        if let (user, secret) = try pair(username, password) {
            return .password(username: user, password: secret, origin: origin)
        }
        guard let (id, secret) = try pair(clientID, clientSecret) else { return nil }
        return .clientCredentials(id: id, secret: secret)
    }

    private static func pair(_ first: Named, _ second: Named) throws(PlatformError) -> (String, String)? {
        switch (first.value, second.value) {
        case (let one?, let other?): return (one, other)
        case (nil, nil): return nil
        case (_?, nil): throw halfAPair(given: first.name, missing: second.name)
        case (nil, _?): throw halfAPair(given: second.name, missing: first.name)
        }
    }

    private static func halfAPair(given: String, missing: String) -> PlatformError {
        PlatformError(
            .notLoggedIn,
            cause: "`\(given)` is given and `\(missing)` is not",
            help: "give both or neither"
        ).neverSent
    }

    /// Tokens are often copied with their scheme, as `cf oauth-token` prints them.
    static func withoutScheme(_ token: String) -> String {
        let trimmed = token.trimmingBlanks
        return trimmed.lowercased().hasPrefix("bearer ") ? String(trimmed.dropFirst(7)).trimmingBlanks : trimmed
    }
}

extension PlatformError {
    /// The error, known to have happened before anything was sent.
    var neverSent: PlatformError {
        var error = self
        error.wasSent = false
        return error
    }
}
