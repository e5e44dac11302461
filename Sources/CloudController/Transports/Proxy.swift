package import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A server that connections are made through.
package struct Proxy: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Asked with CONNECT, in the clear.
        case http
        /// SOCKS 5 without a login; it looks names up itself.
        case socks
    }

    package let kind: Kind
    /// Without brackets.
    package let host: String
    package let port: Int
    /// Base64 of `user:password`.
    package let basicCredentials: String?
    /// Which variable names it.
    package let variable: String

    package init(_ kind: Kind = .http, host: String, port: Int, basicCredentials: String? = nil, variable: String) {
        self.kind = kind
        self.host = host
        self.port = port
        self.basicCredentials = basicCredentials
        self.variable = variable
    }

    /// As people are shown it: ``the proxy `proxy.example:3128` of `https_proxy` ``.
    var shown: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "the proxy `\(name):\(port)` of `\(variable)`"
    }

    var help: String { "check `\(variable)`, or name what is reached without a proxy in `no_proxy`" }

    /// Reads a URL as people write it; without a scheme it is `http`.
    ///
    /// User and password may be percent-encoded. No error quotes them: what is not written well may be a part of them.
    package init(_ text: String, variable: String) throws(PlatformError) {
        let (scheme, rest) = Proxy.scheme(of: text)
        let authority = rest.prefix { !"/?#".contains($0) }
        // A slash in a password ends the host too early, and what is left names another one.
        guard !rest[authority.endIndex...].contains("@") else {
            throw Proxy.unusable(variable, because: "its user or password has a character that is not percent-encoded")
        }
        let at = authority.lastIndex(of: "@")
        switch scheme {
        case "http": kind = .http
        case "socks5", "socks5h":
            kind = .socks
            guard at == nil else {
                throw Proxy.unusable(variable, because: "it has a user, which is not supported with SOCKS")
            }
        case "https", "socks", "socks4", "socks4a":
            throw Proxy.unusable(variable, because: "it begins with `\(scheme)://`, which is not supported")
        default:
            throw Proxy.unusable(variable, because: "it begins with a scheme that is not supported")
        }
        let place = authority[(at.map(authority.index(after:)) ?? authority.startIndex)...]
        guard let (host, port) = Proxy.hostAndPort(place) else {
            throw Proxy.unusable(variable, because: "it is no URL with a host and perhaps a port")
        }
        self.host = host
        self.port = port ?? (kind == .socks ? 1080 : 80)
        self.variable = variable
        basicCredentials = at.map { at in
            let pair = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let user = PercentEncoding.decoded(pair[0])
            let password = pair.count > 1 ? PercentEncoding.decoded(pair[1]) : []
            return Data(user + [UInt8(ascii: ":")] + password).base64EncodedString()
        }
    }

    private static func scheme(of text: String) -> (scheme: String, rest: Substring) {
        guard let mark = text.firstRange(of: "://") else { return ("http", text[...]) }
        return (text[..<mark.lowerBound].lowercased(), text[mark.upperBound...])
    }

    /// Nil for what is no host, or a port that cannot be.
    private static func hostAndPort(_ text: Substring) -> (host: String, port: Int?)? {
        let isBracketed = text.hasPrefix("[")
        let host = isBracketed ? text.dropFirst().prefix { $0 != "]" } : text.prefix { $0 != ":" }
        var rest = text[host.endIndex...]
        if isBracketed {
            guard rest.popFirst() == "]", host.contains(":"), InternetAddress(host) != nil else { return nil }
        } else {
            guard !host.isEmpty, host.unicodeScalars.allSatisfy(isOfName) else { return nil }
        }
        if rest.isEmpty || rest == ":" { return (String(host), nil) }
        guard rest.popFirst() == ":", let port = UInt16(rest), port > 0 else { return nil }
        return (String(host), Int(port))
    }

    private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": true
        default: !scalar.isASCII && !scalar.properties.isWhitespace
        }
    }

    private static func unusable(_ variable: String, because reason: String) -> PlatformError {
        var error = PlatformError(
            .invalidEndpoint,
            cause: reason,
            help: "write `http://HOST:PORT`, `http://USER:PASSWORD@HOST:PORT` or `socks5://HOST:PORT`"
        )
        error.place = "the proxy of `\(variable)`"
        return error.neverSent
    }
}
