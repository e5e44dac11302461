import Diagnostics

/// The parameters of a token request, from the form, the query and the Basic header.
struct TokenParameters {
    let grantType: String?
    let userName: String?
    let password: String?
    let refreshToken: String?
    let clientID: String?
    let clientSecret: String?
    /// The identity provider that `login_hint={"origin":"..."}` names.
    let origin: String?

    init(form: Query?, query: Query?, authorization: String?) {
        func value(_ name: String) -> String? { form?.text(name) ?? query?.text(name) }
        grantType = value("grant_type")
        userName = value("username")
        password = value("password")
        refreshToken = value("refresh_token")
        let basic = TokenParameters.basic(authorization)
        clientID = basic?.id ?? value("client_id")
        clientSecret = basic?.secret ?? value("client_secret")
        let hint = value("login_hint").flatMap { try? JSONParser.parse(Array($0.utf8)) }
        origin = hint?["origin"]?.text
    }

    private static func basic(_ authorization: String?) -> (id: String, secret: String)? {
        guard let authorization, authorization.lowercased().hasPrefix("basic ") else { return nil }
        guard let bytes = Base64.decode(String(authorization.dropFirst(6))) else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
    }
}
