#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Which hosts are reached through a proxy, from `https_proxy` and `no_proxy`.
package struct ProxyRules: Hashable, Sendable {
    package struct Proxy: Hashable, Sendable {
        package let host: String
        package let port: Int
        /// Base64 of `user:password`.
        package let basicCredentials: String?

        package init(host: String, port: Int, basicCredentials: String?) {
            self.host = host
            self.port = port
            self.basicCredentials = basicCredentials
        }
    }

    package let proxy: Proxy?
    /// Host names, domains and addresses that are reached directly; `*` is every one.
    package let exceptions: [String]

    package init(proxy: Proxy? = nil, exceptions: [String] = []) {
        self.proxy = proxy
        self.exceptions = exceptions
    }

    /// Small letters win over capitals, as with curl.
    package init(_ variables: [String: String]) {
        let value = { (name: String) in
            [variables[name], variables[name.uppercased()]].compactMap { $0?.trimmingBlanks }.first { !$0.isEmpty }
        }
        proxy = value("https_proxy").flatMap(ProxyRules.proxy)
        exceptions = (value("no_proxy") ?? "").split { $0 == "," || $0 == " " }.map { $0.lowercased() }
    }

    /// Only `https` goes through the proxy, and this machine never does.
    package func apply(to endpoint: Endpoint) -> Bool {
        guard proxy != nil, endpoint.scheme == "https", !endpoint.isLoopback else { return false }
        return !exceptions.contains { ProxyRules.exception($0, covers: endpoint) }
    }

    private static func exception(_ exception: String, covers endpoint: Endpoint) -> Bool {
        if exception == "*" { return true }
        var name = Substring(exception)
        if let colon = name.lastIndex(of: ":"), let port = Int(name[name.index(after: colon)...]) {
            guard port == endpoint.port ?? 443 else { return false }
            name = name[..<colon]
        }
        if name.hasPrefix("*.") { name = name.dropFirst() }
        let domain = name.hasPrefix(".") ? name : ".\(name)"
        return endpoint.host == name || endpoint.host.hasSuffix(domain)
    }

    private static func proxy(_ text: String) -> Proxy? {
        guard let url = URL(string: text.contains("://") ? text : "http://\(text)"), let host = url.host(),
            !host.isEmpty
        else { return nil }
        let password = url.password(percentEncoded: false) ?? ""
        let credentials = url.user(percentEncoded: false).map { Data("\($0):\(password)".utf8).base64EncodedString() }
        return Proxy(host: host, port: url.port ?? 80, basicCredentials: credentials)
    }
}
