/// One host, domain, address or network of `no_proxy`, as curl and Go's clients read it.
struct ProxyException: Hashable, Sendable {
    private enum Hosts: Hashable, Sendable {
        case every
        /// The name and all below it; only these where `isBelow` is set.
        case domain(String, isBelow: Bool)
        case address(InternetAddress)
        case network(InternetNetwork)
    }

    private let hosts: Hosts
    /// Nil for every port.
    private let port: Int?

    /// Separated by commas or blanks.
    static func list(_ text: String) -> [ProxyException] {
        text.split { $0 == "," || $0.isWhitespace }.map { ProxyException($0.lowercased()) }
    }

    private init(_ text: String) {
        let (host, port) = ProxyException.hostAndPort(text)
        self.port = port
        if host == "*" {
            hosts = .every
        } else if let address = InternetAddress(host) {
            hosts = .address(address)
        } else if let network = InternetNetwork(host) {
            hosts = .network(network)
        } else {
            let isBelow = host.hasPrefix("*.")
            let name = isBelow ? host.dropFirst(2) : host.hasPrefix(".") ? host.dropFirst() : host
            hosts = .domain(ProxyException.withoutDot(name), isBelow: isBelow)
        }
    }

    func covers(_ endpoint: Endpoint) -> Bool {
        if let port, port != endpoint.port ?? (endpoint.scheme == "https" ? 443 : 80) { return false }
        let host = ProxyException.withoutDot(endpoint.host.drop { $0 == "[" }.prefix { $0 != "]" })
        let address = InternetAddress(host.prefix { $0 != "%" })
        switch hosts {
        case .every: return true
        case .address(let own): return address == own
        case .network(let network): return address.map(network.contains) ?? false
        case .domain(let name, let isBelow):
            guard address == nil, !name.isEmpty else { return false }
            return (host == name && !isBelow) || host.hasSuffix(".\(name)")
        }
    }

    /// `example.org:8443`, `[2001:db8::1]:8443`; several colons without brackets are an address.
    private static func hostAndPort(_ text: String) -> (host: Substring, port: Int?) {
        if text.hasPrefix("[") {
            let host = text.dropFirst().prefix { $0 != "]" }
            let rest = text[host.endIndex...].dropFirst()
            return rest.hasPrefix("/") ? (host + rest, nil) : (host, UInt16(rest.dropFirst()).map(Int.init))
        }
        guard let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon else { return (text[...], nil) }
        let port = text[text.index(after: colon)...]
        guard !port.isEmpty else { return (text[..<colon], nil) }
        guard let number = UInt16(port) else { return (text[...], nil) }
        return (text[..<colon], Int(number))
    }

    /// A dot at the end says that a name is whole, which changes nothing here.
    private static func withoutDot(_ name: Substring) -> String {
        String(name.hasSuffix(".") ? name.dropLast() : name)
    }
}
