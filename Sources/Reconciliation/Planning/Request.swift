/// One write, as data: what would be sent, with symbols in place of what only the platform knows.
///
/// `{app.guid}`, `{process.guid}`, `{droplet.guid}` and `{run}` stand in paths and bodies until `filled(with:)` puts
/// observed values there, right before sending. Where a new droplet is staged, `{package.guid}` and `{build.guid}` are those
/// on the way to it, and `{droplet.guid}` is the new one from then on.
package struct Request: Hashable, Sendable, Codable {
    package enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// What the request asks for, which is also what its answer shows.
    package enum Kind: String, Hashable, Sendable, Codable {
        case patchApp, patchProcess, scaleProcess, patchDroplet, createTask, patchTask, cancelTask
        /// Reads a run until it has ended; it changes nothing.
        case awaitTask
        case restartApp, createDeployment, cancelDeployment
        /// Has one instance replaced.
        case terminateInstance
        case createPackage, createBuild, assignDroplet
        /// Makes a process of a type that the app does not have yet, by a manifest of the server's own kind.
        case createProcess
        /// Reads a build until it has ended, or a droplet that is staged already; they change nothing.
        case awaitBuild, takeDroplet
    }

    package let kind: Kind
    package let path: String
    package let body: JSON?
    /// To wait for the answer at most, from the first try to the last; nil is as long as usual.
    package var timeout: Duration?

    package init(_ kind: Kind, path: String, body: JSON?) {
        self.kind = kind
        self.path = path
        self.body = body
    }

    package var method: Method {
        switch kind {
        case .patchApp, .patchProcess, .patchDroplet, .patchTask, .assignDroplet: .patch
        case .scaleProcess, .createTask, .cancelTask, .restartApp, .createDeployment, .cancelDeployment,
            .createPackage, .createBuild, .createProcess:
            .post
        case .awaitTask, .awaitBuild, .takeDroplet: .get
        case .terminateInstance: .delete
        }
    }

    /// The request with every symbol replaced, `{name}` by `values["name"]`; unknown symbols stay.
    package func filled(with values: [String: String]) -> Request {
        var request = Request(kind, path: JSON.filled(path, with: values), body: body?.filled(with: values))
        request.timeout = timeout
        return request
    }
}
