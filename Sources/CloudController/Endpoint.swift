package import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The base of an API's URLs: scheme, host, port and perhaps a path, without a slash at the end.
package struct Endpoint: Hashable, Sendable {
    package let scheme: String
    package let host: String
    /// Nil where it is the scheme's own.
    package let port: Int?
    package let prefix: String

    /// Reads a URL as people write it; without a scheme it is `https`.
    package init(_ text: String) throws(PlatformError) {
        let trimmed = text.trimmingBlanks
        let withScheme = trimmed.contains("://") ? trimmed : "https://\(trimmed)"
        guard let url = URL(string: withScheme), let scheme = url.scheme?.lowercased(), let host = url.host(),
            !host.isEmpty
        else { throw Endpoint.unusable(text, because: "it is no URL") }
        guard scheme == "https" || scheme == "http" else {
            throw Endpoint.unusable(text, because: "it begins with `\(scheme)://`")
        }
        guard url.user() == nil, url.password() == nil, url.query() == nil, url.fragment() == nil else {
            throw Endpoint.unusable(text, because: "it has more than a host, a port and a path")
        }
        self.scheme = scheme
        self.host = host.lowercased()
        port = url.port == (scheme == "https" ? 443 : 80) ? nil : url.port
        var path = url.path()
        while path.hasSuffix("/") { path.removeLast() }
        prefix = path
    }

    /// The URL without a slash at the end.
    package var url: String { origin + prefix }

    private var origin: String {
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return "\(scheme)://\(name)" + (port.map { ":\($0)" } ?? "")
    }

    /// The same without a path, where it has one that is part of every API and not of its URL.
    package var withoutVersion: Endpoint? {
        let parts = prefix.split(separator: "/")
        guard let last = parts.last, ["v2", "v3", "info"].contains(last.lowercased()) else { return nil }
        let isInfo = last.lowercased() == "info"
        let kept = parts.dropLast(isInfo && parts.count > 1 ? 2 : 1)
        return try? Endpoint(origin + kept.map { "/\($0)" }.joined())
    }

    /// What a redirect from one of its URLs leads to, as the URL of an API; nil for what is none.
    package func redirected(to location: String) -> Endpoint? {
        let target = location.trimmingBlanks
        let whole =
            target.hasPrefix("//") ? "\(scheme):\(target)" : target.hasPrefix("/") ? origin + target : target
        guard whole.contains("://") else { return nil }
        let path = whole.prefix { $0 != "?" && $0 != "#" }
        return (try? Endpoint(String(path))).map { $0.withoutVersion ?? $0 }
    }

    /// The host is this machine, so nobody can listen on the way.
    package var isLoopback: Bool {
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Refuses a connection on which a password or token could be read on the way.
    package func requireSecrecy(skippingValidation: Bool) throws(PlatformError) {
        guard scheme == "http", !isLoopback, !skippingValidation else { return }
        throw PlatformError(
            .invalidEndpoint,
            cause: "\(url) is not encrypted",
            help: "write `https://`, or pass `--skip-ssl-validation` to send passwords and tokens in the clear"
        ).neverSent
    }

    /// The text of a URL without a user and a password in it, however broken it is.
    package static func hidingUser(in text: String) -> String {
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        guard let at = text[start...].lastIndex(of: "@") else { return text }
        return text[..<start] + "(hidden)" + text[at...]
    }

    private static func unusable(_ text: String, because reason: String) -> PlatformError {
        PlatformError(
            .invalidEndpoint,
            cause: "`\(hidingUser(in: text))` cannot be used as the URL of an API: \(reason)",
            help: "give the URL of the API, such as `https://api.sys.example.org`"
        ).neverSent
    }
}

extension String {
    /// Without blanks and line ends at both ends.
    var trimmingBlanks: String {
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        guard let first = unicodeScalars.firstIndex(where: { !isBlank($0) }),
            let last = unicodeScalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(unicodeScalars[first...last])
    }
}
