import CloudController
import Reconciliation
import Testing

/// Where the API and the credentials come from.
struct LoginTests {
    private static let sessionFile = """
        {"ConfigVersion":4,"Target":"https://api.session.example/","AccessToken":"bearer aaa.bbb.ccc","RefreshToken":"rrr",\
        "UAAGrantType":"","UAAOAuthClient":"","SSLDisabled":true,"Unknown":{"more":1}}
        """

    private func environment(
        _ variables: [String: String],
        file: String? = nil,
        at path: String = "/home/dev/.cf/config.json"
    )
        -> Environment
    {
        Environment(variables: ["HOME": "/home/dev"].merging(variables) { $1 }) { asked in
            guard let file, asked == path else { return .absent }
            return .bytes(Array(file.utf8))
        }
    }

    private func resolve(
        api: String? = nil,
        flags: CredentialFlags = CredentialFlags(),
        _ variables: [String: String] = [:],
        file: String? = nil
    ) throws -> Login {
        try Login.resolve(api: api, flags: flags, environment: environment(variables, file: file))
    }

    private static let user = ["CF_USERNAME": "dev", "CF_PASSWORD": "pw"]

    @Test func `the API is the first that is named`() throws {
        var variables = Self.user
        #expect(try resolve(variables, file: Self.sessionFile).endpoint.url == "https://api.session.example")
        variables["CF_API_URL"] = "https://api.two.example"
        #expect(try resolve(variables, file: Self.sessionFile).endpoint.url == "https://api.two.example")
        variables["CF_API"] = "api.one.example"
        #expect(try resolve(variables, file: Self.sessionFile).endpoint.url == "https://api.one.example")
        #expect(try resolve(api: "https://api.flag.example", variables).endpoint.url == "https://api.flag.example")
    }

    @Test func `an API that nobody names is asked for`() {
        let error = #expect(throws: PlatformError.self) { try resolve(Self.user) }

        #expect(error?.code == .invalidEndpoint)
        #expect(error?.help == "pass `--api URL`, set `CF_API`, or log in with `cf login`")
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var flags = CredentialFlags()
        var variables: [String: String] = [:]
        let grant: Credentials.Grant
        let source: Credentials.Source
    }

    static let cases: [Case] = [
        Case(
            testDescription: "user and password",
            variables: user,
            grant: .password(username: "dev", password: "pw", origin: nil),
            source: .environment
        ),
        Case(
            testDescription: "CF_USER and an origin",
            variables: ["CF_USER": "dev", "CF_PASSWORD": "pw", "CF_ORIGIN": "ldap"],
            grant: .password(username: "dev", password: "pw", origin: "ldap"),
            source: .environment
        ),
        Case(
            testDescription: "CF_USERNAME before CF_USER, a password before a client",
            variables: user.merging(["CF_USER": "x", "CF_CLIENT_ID": "ci", "CF_CLIENT_SECRET": "s"]) { $1 },
            grant: .password(username: "dev", password: "pw", origin: nil),
            source: .environment
        ),
        Case(
            testDescription: "a client before a token",
            variables: ["CF_CLIENT_ID": "ci", "CF_CLIENT_SECRET": "s", "CF_ACCESS_TOKEN": "t"],
            grant: .clientCredentials(id: "ci", secret: "s"),
            source: .environment
        ),
        Case(
            testDescription: "a token with its scheme",
            variables: ["CF_ACCESS_TOKEN": " Bearer a.b.c\n"],
            grant: .accessToken("a.b.c"),
            source: .environment
        ),
        Case(
            testDescription: "flags before the environment",
            flags: CredentialFlags(clientID: "flag", clientSecret: "s"),
            variables: user,
            grant: .clientCredentials(id: "flag", secret: "s"),
            source: .flags
        ),
    ]

    @Test(arguments: cases)
    func `credentials come whole from one place`(example: Case) throws {
        let login = try resolve(api: "https://api.example.org", flags: example.flags, example.variables)

        #expect(login.credentials == Credentials(example.grant, from: example.source))
        #expect(!login.sessionSkipsValidation)
    }

    @Test(arguments: [
        (["CF_USERNAME": "dev"], "`CF_USERNAME` is given and `CF_PASSWORD` is not"),
        (["CF_USER": "dev", "CF_PASSWORD": ""], "`CF_USER` is given and `CF_PASSWORD` is not"),
        (["CF_PASSWORD": "pw"], "`CF_PASSWORD` is given and `CF_USERNAME` is not"),
        (["CF_CLIENT_ID": "ci"], "`CF_CLIENT_ID` is given and `CF_CLIENT_SECRET` is not"),
        (["CF_CLIENT_SECRET": "s", "CF_ACCESS_TOKEN": "t"], "`CF_CLIENT_SECRET` is given and `CF_CLIENT_ID` is not"),
    ])
    func `half a pair says what is missing`(variables: [String: String], cause: String) {
        let error = #expect(throws: PlatformError.self) {
            try resolve(api: "https://api.session.example", variables, file: Self.sessionFile)
        }

        #expect(error?.code == .notLoggedIn)
        #expect(error?.cause == cause)
    }

    @Test func `half a pair of flags is not completed from the environment`() {
        let error = #expect(throws: PlatformError.self) {
            try resolve(api: "https://api.example.org", flags: CredentialFlags(username: "dev"), Self.user)
        }

        #expect(error?.cause == "`--username` is given and `--password-file` is not")
    }

    @Test func `the cf CLI's session serves its own target alone`() throws {
        let login = try resolve(file: Self.sessionFile)

        #expect(login.endpoint.url == "https://api.session.example")
        #expect(login.credentials.source == .session(path: "/home/dev/.cf/config.json"))
        #expect(login.sessionSkipsValidation)
        #expect(try resolve(api: "HTTPS://API.session.example:443/", file: Self.sessionFile).sessionSkipsValidation)

        #expect(try resolve(Self.user, file: Self.sessionFile).sessionSkipsValidation)
        #expect(
            try !resolve(api: "https://api.session.example", Self.user, file: Self.sessionFile).sessionSkipsValidation
        )

        let error = #expect(throws: PlatformError.self) {
            try resolve(api: "https://api.other.example", file: Self.sessionFile)
        }
        #expect(
            error?.cause == "the cf CLI is logged in to https://api.session.example, not to https://api.other.example"
        )
        #expect(error?.help?.contains("`cf login -a https://api.other.example`") == true)
    }

    @Test func `CF_HOME comes before HOME`() throws {
        let environment = environment(["CF_HOME": "/ci/"], file: Self.sessionFile, at: "/ci/.cf/config.json")

        let login = try Login.resolve(api: nil, flags: CredentialFlags(), environment: environment)

        #expect(login.credentials.source == .session(path: "/ci/.cf/config.json"))
    }

    @Test(arguments: [
        ("", "`/home/dev/.cf/config.json` is empty"),
        ("{", "`/home/dev/.cf/config.json` is not the cf CLI's file"),
        (#"{"ConfigVersion":"4"}"#, "`/home/dev/.cf/config.json` is not the cf CLI's file"),
        (#"{"ConfigVersion":3}"#, "`/home/dev/.cf/config.json` has version 3 of the cf CLI's file, not 4"),
        ("{}", "`/home/dev/.cf/config.json` has version none of the cf CLI's file, not 4"),
        (#"{"ConfigVersion":4}"#, "the cf CLI has no API in `/home/dev/.cf/config.json`"),
        (
            #"{"ConfigVersion":4,"Target":"https://api.example.org"}"#,
            "the cf CLI has logged out of https://api.example.org"
        ),
        (nil, "no credentials are given, and there is no `/home/dev/.cf/config.json`"),
    ])
    func `a file that holds no session is named`(file: String?, cause: String) {
        let error = #expect(throws: PlatformError.self) { try resolve(api: "https://api.example.org", file: file) }

        #expect(error?.code == .notLoggedIn)
        #expect(error?.cause == cause)
    }

    @Test(arguments: [
        ("CF_PASSWORD", "pw\n", "take the line break from the end of `CF_PASSWORD`: it is sent as a part of it"),
        ("CF_PASSWORD", "pw\r\n", "take the line break from the end of `CF_PASSWORD`: it is sent as a part of it"),
        ("CF_PASSWORD", "pw ", "take the blank from the end of `CF_PASSWORD`: it is sent as a part of it"),
        ("CF_USERNAME", "\tdev", "take the blank from the start of `CF_USERNAME`: it is sent as a part of it"),
        ("CF_PASSWORD", "p\nw", "check `CF_PASSWORD`: it has a line break in it, which is sent, too"),
        ("CF_PASSWORD", "p w", nil),
    ])
    func `a line break that came along with a copy is named when it is refused`(
        name: String,
        value: String,
        advice: String?
    ) async throws {
        let login = try resolve(api: "https://api.example.org", Self.user.merging([name: value]) { $1 })
        let refusal = #"{"error":"unauthorized","error_description":"Bad credentials"}"#
        let script = ScriptedTransport([.success(TransportResponse(401, refusal))])
        let source = TokenSource(login.credentials, login: try .test(), transport: script)

        let error = await #expect(throws: PlatformError.self) { try await source.token() }

        #expect(error?.cause == "Bad credentials")
        #expect(error?.help == advice ?? "check the user name and the password")
    }
}
