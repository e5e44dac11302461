package import Logging
package import Reconciliation

/// Everything that a connection to a Cloud Controller needs to know.
package struct ConnectionOptions: Sendable {
    package var login: Login
    package var transport: LiveTransport.Settings
    package var retryRules: RetryRules
    package var logger: Logger
    /// Waits between tries.
    package var clock: any Clock<Duration> = ContinuousClock()
    /// Takes the place of the network where it is set, in tests.
    package var network: (any HTTPTransport)?
    /// Values that are never shown, besides those of the login.
    package var secrets: [String] = []

    /// Proxies and roots are those of the environment; the session's own `--skip-ssl-validation` holds for its target.
    package init(_ login: Login, environment: Environment, logger: Logger) {
        self.login = login
        transport = LiveTransport.Settings()
        transport.proxies = ProxyRules(environment.variables)
        transport.roots = TrustedRoots(environment.variables)
        transport.skipsValidation = login.sessionSkipsValidation
        retryRules = RetryRules()
        self.logger = logger
    }
}

/// Connects, finds the API and hands a platform to `body`; whatever happens, the connections are closed afterwards.
///
/// What goes wrong before `body` is a `PlatformError`. The token is fetched with the first request that needs one.
package func withPlatform<Value: Sendable>(
    _ options: ConnectionOptions,
    _ body: (CloudControllerPlatform) async throws(PlatformError) -> Value
) async throws(PlatformError) -> Value {
    try options.login.endpoint.requireSecrecy(skippingValidation: options.transport.skipsValidation)
    if let network = options.network { return try await body(try await platform(options, over: network)) }
    let live = try LiveTransport(options.transport)
    let result = await attempted { () async throws(PlatformError) in
        try await body(try await platform(options, over: live))
    }
    await live.shutdown()
    return try result.get()
}

private func platform(
    _ options: ConnectionOptions,
    over network: any HTTPTransport
) async throws(PlatformError) -> CloudControllerPlatform {
    let count = RequestCount()
    let secrets = SecretKeeper(options.login, proxies: options.transport.proxies, values: options.secrets)
    let redacting = RedactingTransport(ShieldingTransport(network), secrets: secrets)
    let traced = TracingTransport(redacting, logger: options.logger)
    let bounded = BoundedTransport(CountingTransport(traced, count: count), limit: options.transport.connections)
    let transport = RetryingTransport(bounded, rules: options.retryRules, clock: options.clock)
    let discovery = try await Discovery.of(options.login.endpoint, over: transport)
    try discovery.login.requireSecrecy(skippingValidation: options.transport.skipsValidation)
    return CloudControllerPlatform(
        endpoint: options.login.endpoint,
        discovery: discovery,
        credentials: options.login.credentials,
        transport: transport,
        count: count
    )
}
