#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What an access token says of itself.
///
/// The signature is the API's business; nothing here is trusted further than to plan with.
package struct TokenClaims: Hashable, Sendable {
    /// Seconds since 1970.
    package var issuedAt: Double?
    package var expiresAt: Double?
    package var userID: String?
    package var userName: String?
    package var clientID: String?
    package var scopes: Set<String>

    /// Nil when the text is no JSON Web Token (RFC 7519): three parts with dots, the middle one JSON in base64url.
    package init?(token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let data = TokenClaims.decoded(parts[1]),
            let wire = try? JSONDecoder().decode(WireClaims.self, from: data)
        else { return nil }
        issuedAt = wire.iat
        expiresAt = wire.exp
        userID = wire.userID
        userName = wire.userName
        clientID = wire.clientID
        scopes = Set(wire.scope?.names ?? [])
    }

    /// The user's name, else the client's id.
    package var name: String { userName ?? clientID ?? userID ?? "unknown" }

    /// The guid under which the Cloud Controller knows the user: a client is a user whose guid is its id
    /// (`cloud_controller_ng lib/cloud_controller/security/security_context_configurer.rb`).
    package var userGUID: String? { userID ?? clientID }

    private static func decoded(_ part: Substring) -> Data? {
        var text = part.replacing("-", with: "+").replacing("_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        return Data(base64Encoded: String(text))
    }
}

private struct WireClaims: Decodable {
    let iat: Double?
    let exp: Double?
    let userID: String?
    let userName: String?
    let clientID: String?
    let scope: Scope?

    enum CodingKeys: String, CodingKey {
        case iat, exp, scope
        case userID = "user_id"
        case userName = "user_name"
        case clientID = "client_id"
    }

    /// A list with UAA, one text with blanks elsewhere.
    struct Scope: Decodable {
        let names: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let list = try? container.decode([String].self) {
                names = list
            } else {
                names = try container.decode(String.self).split(separator: " ").map(String.init)
            }
        }
    }
}
