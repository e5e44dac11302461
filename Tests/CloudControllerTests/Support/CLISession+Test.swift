import CloudController

extension CLISession {
    static func test(
        token: String,
        refresh: String,
        grantType: String = "",
        client: String = "cf",
        target: String = "https://api.example.org"
    ) throws -> CLISession {
        let file = """
            {"ConfigVersion":4,"Target":"\(target)","AccessToken":"bearer \(token)","RefreshToken":"\(refresh)",\
            "UAAGrantType":"\(grantType)","UAAOAuthClient":"\(client)","UAAOAuthClientSecret":""}
            """
        let environment = Environment(variables: ["HOME": "/home/dev"]) { _ in .bytes(Array(file.utf8)) }
        let login = try Login.resolve(api: nil, flags: CredentialFlags(), environment: environment)
        guard case .session(let session) = login.credentials.grant else { throw NotASession() }
        return session
    }

    private struct NotASession: Error {}
}
