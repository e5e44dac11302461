package import Diagnostics

/// A restart that was approved and that nobody has made, although everything that it is for is in place.
///
/// Somebody else has set the values and did not write that a restart is owed. So that is written before the restart, and an
/// apply that is repeated knows whether it was made (`RestartMarker`).
package struct RestartDebt: Hashable, Sendable {
    /// Names of settings that are not live, by the type of their process.
    package var processes: [Text: [String]] = [:]
    /// The image of the droplet is not live; nil where it was not changed.
    package var droplet: Droplet?

    package enum Droplet: Hashable, Sendable {
        case changedInPlace, stagedAnew
    }

    /// What writes it down, of processes in the order of their types.
    func requests(_ app: ObservedApp) -> [Request] {
        let types = app.processes.map(\.type).sorted()
        var requests = types.compactMap { type in
            processes[type].map { names in
                request(
                    .patchProcess,
                    "/v3/processes/{processes.\(type).guid}",
                    RestartMarker.ofProcess(names, type: type)
                )
            }
        }
        switch droplet {
        case nil: break
        case .changedInPlace:
            requests.append(
                request(.patchDroplet, "/v3/droplets/{droplet.guid}", RestartMarker.ofDroplet(app.processes))
            )
        case .stagedAnew:
            requests.append(
                request(.patchDroplet, "/v3/droplets/{droplet.guid}", RestartMarker.ofAssignment(app.processes))
            )
        }
        return requests
    }

    private func request(_ kind: Request.Kind, _ path: String, _ marker: JSON) -> Request {
        let annotations: JSON = .object([JSON.Member(RestartMarker.key, marker)])
        return Request(kind, path: path, body: ["metadata": ["annotations": annotations]])
    }
}
