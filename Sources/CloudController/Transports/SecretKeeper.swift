import Diagnostics
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
    /// Characters; a shorter text is in many a word, and nobody would understand what is left.
    private static let shortest = 4

    /// Every way in which a secret may be written, the longest first.
    private let spellings: Mutex<[String]>

    /// - Parameter values: Of secrets files.
    package init(_ login: Login, proxies: ProxyRules = ProxyRules(), values: [String] = []) {
        spellings = Mutex([])
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
        guard secret.unicodeScalars.count >= SecretKeeper.shortest else { return }
        // One of several lines is often quoted on one, or line by line.
        let lines = secret.split(whereSeparator: \.isNewline)
        let telling = lines.filter { $0.filter { $0.isLetter || $0.isNumber }.count >= SecretKeeper.shortest }
        if lines.count > 1 { for line in telling { add(String(line).trimmingBlanks) } }
        var written: Set = [secret, PercentEncoding.once(secret), SecretKeeper.inJSON(secret)]
        written.insert(SecretKeeper.inJSON(secret).replacing("/", with: "\\/"))
        written.insert(SecretKeeper.inASCII(secret, isUppercase: false))
        written.insert(SecretKeeper.inASCII(secret, isUppercase: true))
        if let user { written.insert(Data("\(user):\(secret)".utf8).base64EncodedString()) }
        spellings.withLock { spellings in
            spellings = Set(spellings).union(written).sorted {
                $0.utf8.count == $1.utf8.count ? $0 < $1 : $0.utf8.count > $1.utf8.count
            }
        }
    }

    /// The text without any of them.
    func hiding(_ text: String) -> String {
        spellings.withLock { spellings in
            spellings.reduce(text) { text, spelling in
                let (all, secret) = (text.unicodeScalars, spelling.unicodeScalars)
                guard all.contains(secret) else { return text }
                return String(all.replacing(secret, with: "(hidden)".unicodeScalars))
            }
        }
    }

    private static func inJSON(_ text: String) -> String {
        String(JSON.text(.init(text)).compact.dropFirst().dropLast())
    }

    /// As programs write JSON that keep to ASCII.
    private static func inASCII(_ text: String, isUppercase: Bool) -> String {
        inJSON(text).utf16.reduce(into: "") { result, unit in
            if unit < 0x80 {
                result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            } else {
                let digits = String(unit, radix: 16, uppercase: isUppercase)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }
        }
    }
}
