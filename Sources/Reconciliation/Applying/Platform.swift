package import Diagnostics

/// How the core looks at the platform.
///
/// It cannot change anything.
/// `CloudController` conforms to it with HTTP; tests with values.
package protocol PlatformReader: Sendable {
    /// Everything that planning these declarations needs, in as few requests as possible.
    ///
    /// What is declared and not visible is missing from the result; it is no error here.
    func observe(_ desired: DesiredState) async throws(PlatformError) -> ObservedState

    /// The app with its labels and annotations, without processes and tasks; nil when it is gone.
    func app(_ guid: String) async throws(PlatformError) -> ObservedApp?

    /// The newest process of that type, nil when there is none. With its command unless that is hidden.
    func process(ofApp appGUID: String, type: Text) async throws(PlatformError) -> ObservedProcess?

    /// The app's current droplet, nil when there is none.
    func currentDroplet(ofApp appGUID: String) async throws(PlatformError) -> ObservedDroplet?

    /// The droplet of that guid, nil when it is gone.
    func droplet(_ guid: String) async throws(PlatformError) -> ObservedDroplet?

    /// The tasks of the app that carry the label `evenkeel.dev/run=FINGERPRINT`, by rising sequence id.
    func runs(ofApp appGUID: String, fingerprint: String) async throws(PlatformError) -> [ObservedTask]

    /// The tasks of the app of exactly that name, in any state, by rising sequence id.
    func tasks(ofApp appGUID: String, named name: Text) async throws(PlatformError) -> [ObservedTask]

    /// One process a type, of `web` the newest; empty when the app is gone.
    func processes(ofApp appGUID: String) async throws(PlatformError) -> [ObservedProcess]

    /// The instances of the process as the runtime sees them, one entry an index; empty when the process is gone.
    func instances(ofProcess guid: String) async throws(PlatformError) -> [ObservedInstance]

    /// The deployment of that guid, nil when it is gone.
    func deployment(_ guid: String) async throws(PlatformError) -> ObservedDeployment?

    /// The app's deployments whose status is ACTIVE.
    func activeDeployments(ofApp appGUID: String) async throws(PlatformError) -> [ObservedDeployment]

    /// The ACTIVE deployments of all apps, by the guid of the app: one list, since there are few.
    func activeDeployments() async throws(PlatformError) -> [String: [ObservedDeployment]]

    /// The app's deployments in any state that carry the label `evenkeel.dev/rollout=LABEL`.
    func deployments(ofApp appGUID: String, rollout label: String) async throws(PlatformError) -> [ObservedDeployment]

    /// The app's deployments in any state that carry the label `evenkeel.dev/plan=ID`: an apply of that saved plan made them.
    func deployments(ofApp appGUID: String, approval id: String) async throws(PlatformError) -> [ObservedDeployment]

    /// The app's docker packages, its builds in any state, and its droplets that are STAGED.
    func staging(ofApp appGUID: String) async throws(PlatformError) -> ObservedStaging

    /// The build of that guid, nil when it is gone.
    func build(_ guid: String) async throws(PlatformError) -> ObservedBuild?

    /// What became of work that the server does behind its answer, nil when it is not known any more.
    func job(_ guid: String) async throws(PlatformError) -> ObservedJob?

    /// The task of that guid, nil when it is gone.
    func task(_ guid: String) async throws(PlatformError) -> ObservedTask?
}

/// A platform that can also be changed, one request at a time.
package protocol Platform: PlatformReader {
    /// False for a dry run, which does not wait for what it did not start.
    var canWrite: Bool { get }

    /// Sends a filled request.
    ///
    /// Reads and PATCH are repeated on transient failures, every method after a 401 or a 429, POST and DELETE never otherwise
    /// (`retries` in `PlatformError` says what is left to decide).
    func send(_ request: Request) async throws(PlatformError) -> Answer
}

extension Platform {
    package var canWrite: Bool { true }
}

/// What came back for a request: the resource as the server now shows it.
package enum Answer: Hashable, Sendable {
    /// Labels and annotations of the app.
    case app(ObservedFields)
    case process(ObservedProcess)
    case droplet(ObservedDroplet)
    case task(ObservedTask)
    case deployment(ObservedDeployment)
    /// Taken, and nothing was shown.
    case accepted
    case package(ObservedPackage)
    case build(ObservedBuild)
    /// Work that the server does behind its answer, by its guid.
    case job(String)
    /// The guid of the droplet that is the app's current one now.
    case currentDroplet(String)
    /// The platform cannot write; the request was only shown.
    case notSent
}
