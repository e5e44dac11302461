package import Diagnostics
package import Reconciliation

/// A Cloud Controller, seen and changed over HTTP.
///
/// Made by `withPlatform`, or by tests with a transport of their own.
package struct CloudControllerPlatform: Platform {
    let client: APIClient
    let tokens: TokenSource
    /// What the API said of itself.
    package let discovery: Discovery
    private let count: RequestCount

    /// `transport` must not authenticate; the login is shared by all requests of the platform.
    package init(
        endpoint: Endpoint,
        discovery: Discovery,
        credentials: Credentials,
        transport: any HTTPTransport,
        count: RequestCount = RequestCount()
    ) {
        tokens = TokenSource(credentials, login: discovery.login, transport: transport)
        client = APIClient(endpoint: endpoint, transport: AuthenticatingTransport(transport, tokens: tokens))
        self.discovery = discovery
        self.count = count
    }

    /// The API's URL as it is used, without a slash at the end.
    package var api: String { client.endpoint.url }

    /// Who is asking; logs in when that has not happened yet.
    package func identity() async throws(PlatformError) -> Identity {
        let claims = try await tokens.token().claims
        return Identity(name: claims.name, scopes: claims.scopes)
    }

    /// What talking to the platform has cost so far.
    package var costs: RequestCosts {
        get async { await count.costs }
    }

    /// What the server has warned of since this was asked for last; each text once.
    package func takeWarnings() async -> [Diagnostic] {
        await count.takeWarnings().map { Diagnostic(.warning, .serverWarning, "Cloud Controller warns: \($0)") }
    }
}

extension CloudControllerPlatform: PlatformReader {
    package func observe(_ desired: DesiredState) async throws(PlatformError) -> ObservedState {
        let claims = try await tokens.token().claims
        var state = ObservedState(api: api, identity: Identity(name: claims.name, scopes: claims.scopes))
        state.apiVersion = discovery.apiVersion
        let observation = Observation(client: client, desired: desired, userGUID: claims.userGUID)
        try await observation.fill(&state)
        return state
    }

    package func app(_ guid: String) async throws(PlatformError) -> ObservedApp? {
        try await client.getIfPresent("/v3/apps/\(PercentEncoding.once(guid))", as: WireApp.self)?.app
    }

    package func process(ofApp appGUID: String, type: Text) async throws(PlatformError) -> ObservedProcess? {
        try await client.newestProcess(ofApp: appGUID, type: type)
    }

    package func currentDroplet(ofApp appGUID: String) async throws(PlatformError) -> ObservedDroplet? {
        try await client.currentDroplet(ofApp: appGUID)
    }

    package func droplet(_ guid: String) async throws(PlatformError) -> ObservedDroplet? {
        try await client.getIfPresent("/v3/droplets/\(PercentEncoding.once(guid))", as: WireDroplet.self)?.droplet
    }

    package func runs(ofApp appGUID: String, fingerprint: String) async throws(PlatformError) -> [ObservedTask] {
        let query = ListQuery(
            "/v3/tasks",
            [.init("app_guids", [appGUID])],
            fixed: "label_selector=\(PercentEncoding.once("evenkeel.dev/run=\(fingerprint)"))"
        )
        let tasks = try await client.list(query, of: WireTask.self)
        return tasks.map(\.task).sorted { $0.sequenceID < $1.sequenceID }
    }

    package func tasks(ofApp appGUID: String, named name: Text) async throws(PlatformError) -> [ObservedTask] {
        let query = ListQuery("/v3/tasks", [.init("app_guids", [appGUID]), .init("names", [name.string])])
        // The server's filter ignores case on some databases.
        let tasks = try await client.list(query, of: WireTask.self).map(\.task).filter { $0.name == name }
        return tasks.sorted { $0.sequenceID < $1.sequenceID }
    }

    package func task(_ guid: String) async throws(PlatformError) -> ObservedTask? {
        try await client.getIfPresent("/v3/tasks/\(PercentEncoding.once(guid))", as: WireTask.self)?.task
    }
}
