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
    /// What hardly anybody means, as a thing to do: told when they are refused.
    package let advice: String?

    package init(_ grant: Grant, from source: Source, advice: String? = nil) {
        self.grant = grant
        self.source = source
        self.advice = advice
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
        var given = try credentials(of: flags)
        if given == nil { given = try credentials(of: environment) }
        if let given {
            return Login(endpoint: endpoint, credentials: given, sessionSkipsValidation: skips)
        }
        let found = try session.usable(for: endpoint)
        return Login(
            endpoint: endpoint,
            credentials: Credentials(.session(found), from: .session(path: session.path)),
            sessionSkipsValidation: found.skipsValidation
        )
    }

    private static func credentials(of flags: CredentialFlags) throws(PlatformError) -> Credentials? {
        try credentials(
            from: .flags,
            username: ("--username", flags.username),
            password: ("--password-file", flags.password),
            origin: flags.origin,
            clientID: ("--client-id", flags.clientID),
            clientSecret: ("--client-secret-file", flags.clientSecret)
        )
    }

    private static func credentials(of environment: Environment) throws(PlatformError) -> Credentials? {
        let userVariable = environment.value("CF_USERNAME") == nil && environment.value("CF_USER") != nil
        let username = userVariable ? "CF_USER" : "CF_USERNAME"
        let named = { (name: String) in (name, environment.value(name)) }
        let pair = try credentials(
            from: .environment,
            username: named(username),
            password: named("CF_PASSWORD"),
            origin: environment.value("CF_ORIGIN"),
            clientID: named("CF_CLIENT_ID"),
            clientSecret: named("CF_CLIENT_SECRET")
        )
        if let pair { return pair }
        guard let token = environment.value("CF_ACCESS_TOKEN") else { return nil }
        return Credentials(.accessToken(withoutScheme(token)), from: .environment)
    }

    private typealias Named = (name: String, value: String?)

    private static func credentials(
        from source: Credentials.Source,
        username: Named,
        password: Named,
        origin: String?,
        clientID: Named,
        clientSecret: Named
    ) throws(PlatformError) -> Credentials? {
        if let (user, secret) = try pair(username, password) {
            let advice = advice(on: [username, password])
            return Credentials(
                .password(username: user, password: secret, origin: origin),
                from: source,
                advice: advice
            )
        }
        guard let (id, secret) = try pair(clientID, clientSecret) else { return nil }
        let advice = advice(on: [clientID, clientSecret])
        return Credentials(.clientCredentials(id: id, secret: secret), from: source, advice: advice)
    }

    /// Line breaks and blanks that came along with a copy.
    private static func advice(on values: [Named]) -> String? {
        let found = values.lazy.compactMap { (name, value) -> String? in
            guard let value else { return nil }
            let rest = value.trimmingBlanks
            let isBreak = { (scalar: Unicode.Scalar) in scalar == "\n" || scalar == "\r" }
            if rest != value {
                let ends = value.unicodeScalars.last?.properties.isWhitespace == true
                let edge = ends ? value.unicodeScalars.reversed().prefix { $0.properties.isWhitespace } : []
                let what = edge.contains(where: isBreak) ? "line break" : "blank"
                return "take the \(what) from the \(ends ? "end" : "start") of `\(name)`: it is sent as a part of it"
            }
            guard value.unicodeScalars.contains(where: isBreak) else { return nil }
            return "check `\(name)`: it has a line break in it, which is sent, too"
        }
        return found.first
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
