#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A JSON Web Token with these claims and a signature that nobody checks.
func testToken(_ claims: String) -> String {
    let encoded = { (text: String) in
        Data(text.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
    return [encoded(#"{"alg":"none"}"#), encoded(claims), "c2lnbmF0dXJl"].joined(separator: ".")
}

/// A token of the user `dev`; `number` makes it another one.
func testToken(number: Int = 1, issuedAt: Int = 1000, lifetime: Int = 600) -> String {
    testToken(
        """
        {"user_id":"user-guid","user_name":"dev","client_id":"cf","scope":["cloud_controller.read","openid"],\
        "iat":\(issuedAt),"exp":\(issuedAt + lifetime),"jti":"\(number)"}
        """
    )
}

/// What the token endpoint answers.
func tokenAnswer(_ token: String, refresh: String? = nil, lifetime: Int? = 600) -> String {
    let refresh = refresh.map { #","refresh_token":"\#($0)""# } ?? ""
    let lifetime = lifetime.map { #","expires_in":\#($0)"# } ?? ""
    return #"{"access_token":"\#(token)","token_type":"bearer"\#(refresh)\#(lifetime)}"#
}
