import Diagnostics

@testable import Reconciliation

/// A `ModelPlatform` that writes down what is asked of it and makes trouble where a test wants it.
struct WatchedPlatform: Platform {
    /// A request, in the words of the protocol of claims.
    enum Step: String, Sendable {
        case getApp = "GET app"
        case list
        case claim
        case unclaim
        case post = "POST"
        case record
        case cancel
        case other
    }

    /// Runs before the step is executed, or after it; what it throws is the answer.
    typealias Hook = @Sendable (Step, _ number: Int, ModelPlatform) async throws(PlatformError) -> Void

    let model: ModelPlatform
    private let log: StepLog
    private let before: Hook
    private let after: Hook

    init(
        _ model: ModelPlatform,
        before: @escaping Hook = { _, _, _ throws(PlatformError) in },
        after: @escaping Hook = { _, _, _ throws(PlatformError) in }
    ) {
        self.model = model
        log = StepLog()
        self.before = before
        self.after = after
    }

    var steps: [String] { get async { await log.steps.map(\.rawValue) } }

    private func watched<Value: Sendable>(
        _ step: Step,
        _ body: () async throws(PlatformError) -> Value
    ) async throws(PlatformError) -> Value {
        let number = await log.note(step)
        try await before(step, number, model)
        let value = try await body()
        try await after(step, number, model)
        return value
    }

    func send(_ request: Request) async throws(PlatformError) -> Answer {
        try await watched(Step(request)) { () async throws(PlatformError) in try await model.send(request) }
    }

    func app(_ guid: String) async throws(PlatformError) -> ObservedApp? {
        try await watched(.getApp) { () async throws(PlatformError) in try await model.app(guid) }
    }

    func runs(ofApp appGUID: String, fingerprint: String) async throws(PlatformError) -> [ObservedTask] {
        try await watched(.list) { () async throws(PlatformError) in
            try await model.runs(ofApp: appGUID, fingerprint: fingerprint)
        }
    }

    func tasks(ofApp appGUID: String, named name: Text) async throws(PlatformError) -> [ObservedTask] {
        try await watched(.list) { () async throws(PlatformError) in
            try await model.tasks(ofApp: appGUID, named: name)
        }
    }

    func observe(_ desired: DesiredState) async throws(PlatformError) -> ObservedState {
        try await model.observe(desired)
    }

    func process(ofApp appGUID: String, type: Text) async throws(PlatformError) -> ObservedProcess? {
        try await model.process(ofApp: appGUID, type: type)
    }

    func processes(ofApp appGUID: String) async throws(PlatformError) -> [ObservedProcess] {
        try await model.processes(ofApp: appGUID)
    }

    func instances(ofProcess guid: String) async throws(PlatformError) -> [ObservedInstance] {
        try await model.instances(ofProcess: guid)
    }

    func deployment(_ guid: String) async throws(PlatformError) -> ObservedDeployment? {
        try await model.deployment(guid)
    }

    func activeDeployments(ofApp appGUID: String) async throws(PlatformError) -> [ObservedDeployment] { [] }

    func activeDeployments() async throws(PlatformError) -> [String: [ObservedDeployment]] { [:] }

    func deployments(ofApp appGUID: String, rollout label: String) async throws(PlatformError) -> [ObservedDeployment] {
        try await model.deployments(ofApp: appGUID, rollout: label)
    }

    func deployments(ofApp appGUID: String, approval id: String) async throws(PlatformError) -> [ObservedDeployment] {
        try await model.deployments(ofApp: appGUID, approval: id)
    }

    func staging(ofApp appGUID: String) async throws(PlatformError) -> ObservedStaging {
        try await model.staging(ofApp: appGUID)
    }

    func job(_ guid: String) async throws(PlatformError) -> ObservedJob? { try await model.job(guid) }

    func build(_ guid: String) async throws(PlatformError) -> ObservedBuild? { try await model.build(guid) }

    func currentDroplet(ofApp appGUID: String) async throws(PlatformError) -> ObservedDroplet? {
        try await model.currentDroplet(ofApp: appGUID)
    }

    func droplet(_ guid: String) async throws(PlatformError) -> ObservedDroplet? { try await model.droplet(guid) }

    func task(_ guid: String) async throws(PlatformError) -> ObservedTask? { try await model.task(guid) }
}

private actor StepLog {
    private(set) var steps: [WatchedPlatform.Step] = []

    /// How many of this kind there were, this one included.
    func note(_ step: WatchedPlatform.Step) -> Int {
        steps.append(step)
        return steps.count { $0 == step }
    }
}

extension WatchedPlatform.Step {
    init(_ request: Request) {
        let members = request.body?["metadata"]?["annotations"]?.members ?? []
        let setsRecord = members.contains { $0.value != .null && $0.name.string.hasPrefix("evenkeel.dev/run.") }
        let setsClaim = members.contains { $0.value != .null && $0.name.string.hasPrefix("evenkeel.dev/claim.") }
        switch request.kind {
        case .patchApp where setsRecord: self = .record
        case .patchApp where setsClaim: self = .claim
        case .patchApp: self = .unclaim
        case .createTask: self = .post
        case .cancelTask: self = .cancel
        case .patchProcess, .scaleProcess, .patchDroplet, .patchTask, .awaitTask, .restartApp, .createDeployment,
            .cancelDeployment, .terminateInstance, .createPackage, .createBuild, .assignDroplet, .awaitBuild,
            .takeDroplet, .createProcess:
            self = .other
        }
    }
}
