package import Reconciliation

/// Which hosts are reached through a proxy, from `https_proxy`, `all_proxy` and `no_proxy`.
package struct ProxyRules: Hashable, Sendable {
    package let proxy: Proxy?
    /// Why the proxy that is named cannot be used.
    private let problem: PlatformError?
    /// What is reached directly.
    private let exceptions: [ProxyException]

    package init() {
        self.init([:])
    }

    /// Small letters win over capitals, and the proxy for `https` over the one for everything, as with curl.
    package init(_ variables: [String: String]) {
        let value = { (names: [String]) in
            names.lazy.compactMap { name in variables[name].map { (name: name, value: $0.trimmingBlanks) } }
                .first { !$0.value.isEmpty }
        }
        let named = value(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
        do throws(PlatformError) {
            if let named { proxy = try Proxy(named.value, variable: named.name) } else { proxy = nil }
            problem = nil
        } catch {
            proxy = nil
            problem = error
        }
        exceptions = ProxyException.list(value(["no_proxy", "NO_PROXY"])?.value ?? "")
    }

    /// Only `https` goes through the proxy, and this machine never does.
    package func proxy(for endpoint: Endpoint) throws(PlatformError) -> Proxy? {
        guard endpoint.scheme == "https", !endpoint.isLoopback,
            !exceptions.contains(where: { $0.covers(endpoint) })
        else { return nil }
        if let problem { throw problem }
        return proxy
    }
}
