import CloudController
import Diagnostics
import Reconciliation

@testable import Sandbox

/// The sandbox without a socket, with trouble for some requests; it knows which request of an apply each one is.
actor StrikingTransport: HTTPTransport {
    private let next: StoreTransport
    private var strikes: [RequestIdentity: Fault]
    private var counts: [String: Int] = [:]
    /// Every request so far.
    private(set) var seen: [RequestIdentity] = []
    /// Those that met their trouble.
    private(set) var struck: Set<RequestIdentity> = []

    init(_ store: Store, strikes: [RequestIdentity: Fault] = [:]) {
        next = StoreTransport(store)
        self.strikes = strikes
    }

    func send(_ request: TransportRequest) async throws(PlatformError) -> TransportResponse {
        let identity = await identify(IncomingRequest(request))
        let fault = strikes.removeValue(forKey: identity)
        if fault != nil { struck.insert(identity) }
        return try await next.send(request, meeting: fault)
    }

    private func identify(_ request: IncomingRequest) async -> RequestIdentity {
        let (app, role) = await next.store.role(of: request)
        let text = "\(request.method) \(role)"
        counts[text, default: 0] += 1
        let identity = RequestIdentity(app: app, text: text, occurrence: counts[text, default: 0])
        seen.append(identity)
        return identity
    }
}

/// A request of an apply as it is known in every run of that apply, whatever the guids.
struct RequestIdentity: Hashable, Sendable, CustomStringConvertible {
    /// nil when it is about no single app.
    let app: String?
    /// Method, path and query with names for guids.
    let text: String
    /// Equal requests are counted from 1.
    let occurrence: Int

    var description: String { occurrence == 1 ? text : "\(text) (the \(occurrence). time)" }

    var isWrite: Bool { !text.hasPrefix("GET") && !isWithoutToken }
    var isTaskCreation: Bool { text.hasPrefix("POST /v3/apps/") && text.hasSuffix("/tasks") }
    /// Goes without a token, or asks for one.
    var isWithoutToken: Bool { ["/", "/v3/info", "/oauth/token"].contains(text.drop { $0 != "/" }) }
}

extension Store {
    /// The app that a request is about, and its path and query with names for the guids in the path.
    fileprivate func role(of request: IncomingRequest) -> (app: String?, text: String) {
        var found: String?
        var segments = request.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        for index in segments.indices.dropFirst() {
            guard let (app, name) = named(segments[index], of: segments[index - 1]) else { continue }
            found = app
            segments[index] = name
        }
        if found == nil {
            let told = request.target + String(decoding: request.body, as: UTF8.self)
            let meant = apps.all.compactMap { apps[position: $0] }.filter { told.contains($0.guid) }
            if meant.count == 1 { found = meant.first?.name.string }
        }
        let query = request.query.isEmpty ? "" : "?" + request.query
        return (found, segments.joined(separator: "/") + query)
    }

    private func named(_ guid: String, of kind: String) -> (app: String, name: String)? {
        func name(_ appGUID: String?, _ rest: String) -> (app: String, name: String)? {
            guard let app = appGUID.flatMap({ apps[$0] })?.name.string else { return nil }
            return (app, app + rest)
        }
        return switch kind {
        case "apps": name(guid, "")
        case "processes": name(processes[guid]?.appGUID, "-\(processes[guid]?.type ?? "")")
        case "droplets": name(droplets[guid]?.appGUID, "-droplet")
        case "tasks": name(tasks[guid]?.appGUID, "-\(tasks[guid]?.name ?? "")")
        case "deployments": name(deployments[guid]?.appGUID, "-deployment")
        default: nil
        }
    }
}
