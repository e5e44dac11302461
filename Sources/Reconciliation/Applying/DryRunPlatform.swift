package import Diagnostics

/// A platform that cannot write: it holds a reader and nothing else.
///
/// `apply --dry-run` runs the same code as `apply` on it.
package struct DryRunPlatform: Platform {
    private let reader: any PlatformReader

    package init(reading reader: any PlatformReader) {
        self.reader = reader
    }

    package var canWrite: Bool { false }

    package func send(_ request: Request) async throws(PlatformError) -> Answer { .notSent }

    package func observe(_ desired: DesiredState) async throws(PlatformError) -> ObservedState {
        try await reader.observe(desired)
    }

    package func app(_ guid: String) async throws(PlatformError) -> ObservedApp? {
        try await reader.app(guid)
    }

    package func process(ofApp appGUID: String, type: Text) async throws(PlatformError) -> ObservedProcess? {
        try await reader.process(ofApp: appGUID, type: type)
    }

    package func currentDroplet(ofApp appGUID: String) async throws(PlatformError) -> ObservedDroplet? {
        try await reader.currentDroplet(ofApp: appGUID)
    }

    package func droplet(_ guid: String) async throws(PlatformError) -> ObservedDroplet? {
        try await reader.droplet(guid)
    }

    package func runs(ofApp appGUID: String, fingerprint: String) async throws(PlatformError) -> [ObservedTask] {
        try await reader.runs(ofApp: appGUID, fingerprint: fingerprint)
    }

    package func tasks(ofApp appGUID: String, named name: Text) async throws(PlatformError) -> [ObservedTask] {
        try await reader.tasks(ofApp: appGUID, named: name)
    }

    package func processes(ofApp appGUID: String) async throws(PlatformError) -> [ObservedProcess] {
        try await reader.processes(ofApp: appGUID)
    }

    package func instances(ofProcess guid: String) async throws(PlatformError) -> [ObservedInstance] {
        try await reader.instances(ofProcess: guid)
    }

    package func deployment(_ guid: String) async throws(PlatformError) -> ObservedDeployment? {
        try await reader.deployment(guid)
    }

    package func activeDeployments(ofApp appGUID: String) async throws(PlatformError) -> [ObservedDeployment] {
        try await reader.activeDeployments(ofApp: appGUID)
    }

    package func activeDeployments() async throws(PlatformError) -> [String: [ObservedDeployment]] {
        try await reader.activeDeployments()
    }

    package func deployments(
        ofApp appGUID: String,
        rollout label: String
    ) async throws(PlatformError) -> [ObservedDeployment] {
        try await reader.deployments(ofApp: appGUID, rollout: label)
    }

    package func deployments(
        ofApp appGUID: String,
        approval id: String
    ) async throws(PlatformError) -> [ObservedDeployment] {
        try await reader.deployments(ofApp: appGUID, approval: id)
    }

    package func staging(ofApp appGUID: String) async throws(PlatformError) -> ObservedStaging {
        try await reader.staging(ofApp: appGUID)
    }

    package func job(_ guid: String) async throws(PlatformError) -> ObservedJob? {
        try await reader.job(guid)
    }

    package func build(_ guid: String) async throws(PlatformError) -> ObservedBuild? {
        try await reader.build(guid)
    }

    package func task(_ guid: String) async throws(PlatformError) -> ObservedTask? {
        try await reader.task(guid)
    }
}
