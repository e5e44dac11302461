import Reconciliation
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Everything that nobody may read: passwords, client secrets, tokens, and values of secrets files.
///
/// It learns new tokens as they come.
package final class SecretKeeper: Sendable {
    private let spellings = Mutex(SecretSpellings())

    /// - Parameter values: Of secrets files.
    package init(_ login: Login, proxies: ProxyRules = ProxyRules(), values: [String] = []) {
        switch login.credentials.grant {
        case .password(_, let password, _): add(password)
        case .clientCredentials(let id, let secret): add(secret, of: id)
        case .accessToken(let token): add(token)
        case .session(let session):
            add(session.accessToken)
            add(session.refreshToken)
            add(session.clientSecret, of: session.client)
        }
        if let basic = proxies.proxy?.basicCredentials {
            add(basic)
            let pair = Data(base64Encoded: basic).flatMap { String(validating: $0, as: UTF8.self) } ?? ""
            add(String(pair.drop { $0 != ":" }.dropFirst()))
        }
        for value in values { add(value) }
    }

    /// - Parameter user: Whose secret it is, where it is sent as `user:secret`.
    func add(_ secret: String, of user: String? = nil) {
        spellings.withLock { $0.add(secret, of: user) }
    }

    /// The text without any of them.
    func hiding(_ text: String) -> String {
        // Searched outside the lock: texts may be long.
        spellings.withLock(\.self).hiding(text)
    }
}
