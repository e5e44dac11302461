import ArgumentParser
import CloudController
import Diagnostics
import Logging
import Reconciliation

/// Which API, as whom, and how patient.
struct ConnectionFlags: ParsableArguments {
    @Option(help: "The API's URL; else CF_API, CF_API_URL, or the target of the cf CLI's session.")
    var api: String?

    @Option(help: "Log in as this user; else CF_USERNAME and CF_PASSWORD, or the cf CLI's session.")
    var username: String?

    @Option(help: ArgumentHelp("The file with the user's password.", valueName: "file"))
    var passwordFile: String?

    @Option(help: "The identity provider of the user; else CF_ORIGIN.")
    var origin: String?

    @Option(name: .customLong("client-id"), help: "Log in as this client; else CF_CLIENT_ID and CF_CLIENT_SECRET.")
    var clientID: String?

    @Option(help: ArgumentHelp("The file with the client's secret.", valueName: "file"))
    var clientSecretFile: String?

    @Option(
        name: .customLong("ca-cert"),
        help: ArgumentHelp("Trust the authorities in this PEM file, too; may be repeated.", valueName: "file")
    )
    var certificateFiles: [String] = []

    @Flag(name: .customLong("skip-ssl-validation"), help: "Do not check the server's certificate; allows http://.")
    var skipsValidation = false

    @Option(help: ArgumentHelp("Seconds to wait for an answer.", valueName: "seconds"))
    var requestTimeout = 60

    @Option(
        help: ArgumentHelp("Seconds to wait at most when the server limits the rate of requests.", valueName: "seconds")
    )
    var maxWait = 60

    /// A day; the clock cannot count much longer times to their end.
    private static let longestTime = 86400

    func validate() throws {
        guard (1...ConnectionFlags.longestTime).contains(requestTimeout) else {
            throw ValidationError("--request-timeout takes seconds, from 1 to \(ConnectionFlags.longestTime)")
        }
        guard (0...ConnectionFlags.longestTime).contains(maxWait) else {
            throw ValidationError("--max-wait takes seconds, from 0 to \(ConnectionFlags.longestTime)")
        }
    }

    /// Everything that a connection needs; nothing is sent.
    func connect(isVerbose: Bool, on console: Console) throws(PlatformError) -> ConnectionOptions {
        var options = options(
            for: try login(in: console.environment),
            environment: console.environment,
            logger: RequestLog.logger(isVerbose: isVerbose, console: console)
        )
        options.clock = console.clock
        options.network = console.network
        return options
    }

    /// The API in the words of who asked for it, for when nothing better is known.
    func shownAPI(on console: Console) -> String {
        let named = api ?? console.variable("CF_API") ?? console.variable("CF_API_URL")
        return named.map(Endpoint.hidingUser) ?? "the API"
    }

    /// Where to go and as whom, from flags, environment and session; nothing is sent.
    func login(in environment: Environment) throws(PlatformError) -> Login {
        var flags = CredentialFlags()
        flags.username = username
        flags.origin = origin
        flags.clientID = clientID
        flags.password = try secret(of: "--password-file", in: passwordFile, environment)
        flags.clientSecret = try secret(of: "--client-secret-file", in: clientSecretFile, environment)
        return try Login.resolve(api: api, flags: flags, environment: environment)
    }

    func options(for login: Login, environment: Environment, logger: Logger) -> ConnectionOptions {
        var options = ConnectionOptions(login, environment: environment, logger: logger)
        options.transport.requestTimeout = .seconds(requestTimeout)
        options.transport.userAgent = "evenkeel/\(Version.text)"
        options.transport.certificatePaths = certificateFiles
        if skipsValidation { options.transport.skipsValidation = true }
        options.retryRules.maxWait = .seconds(maxWait)
        return options
    }

    /// The first line of the file: editors end files with a line break that is no part of a password, and some begin them with a
    /// byte order mark.
    private func secret(
        of flag: String,
        in file: String?,
        _ environment: Environment
    ) throws(PlatformError) -> String? {
        guard let file else { return nil }
        let unusable = { (reason: String) in
            var error = PlatformError(.invalidEndpoint, cause: reason)
            error.place = "the file `\(file)` of `\(flag)`"
            error.wasSent = false
            return error
        }
        switch environment.readFile(file) {
        case .absent: throw unusable("no such file")
        case .unreadable(let reason): throw unusable(reason)
        case .bytes(let bytes):
            let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
            let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
            guard let text = String(validating: content, as: UTF8.self) else {
                throw unusable("it is not a text in UTF-8")
            }
            let line = text.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }
            guard !line.isEmpty else { throw unusable(text.isEmpty ? "it is empty" : "its first line is empty") }
            return String(line)
        }
    }
}
