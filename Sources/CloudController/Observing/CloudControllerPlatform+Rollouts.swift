package import Reconciliation
import Diagnostics

/// What has to be looked at while an app is rolled out.
extension CloudControllerPlatform {
    package func processes(ofApp appGUID: String) async throws(PlatformError) -> [ObservedProcess] {
        let rows: [WireProcess]
        do {
            rows = try await client.list(
                ListQuery("/v3/apps/\(PercentEncoding.once(appGUID))/processes", []),
                of: WireProcess.self
            )
        } catch {
            guard error.status == 404 else { throw error }
            rows = []
        }
        // The last of a type is the newest (`cloud_controller_ng app/fetchers/process_fetcher.rb`).
        var processes: [ObservedProcess] = []
        for row in rows {
            processes.removeAll { $0.type == row.process.type }
            processes.append(row.process)
        }
        return processes
    }

    package func instances(ofProcess guid: String) async throws(PlatformError) -> [ObservedInstance] {
        let path = "/v3/processes/\(PercentEncoding.once(guid))/stats"
        return try await client.getIfPresent(path, as: WireStats.self)?.instances ?? []
    }

    package func deployment(_ guid: String) async throws(PlatformError) -> ObservedDeployment? {
        try await client.getIfPresent("/v3/deployments/\(PercentEncoding.once(guid))", as: WireDeployment.self)?
            .deployment
    }

    package func activeDeployments(ofApp appGUID: String) async throws(PlatformError) -> [ObservedDeployment] {
        let query = ListQuery(
            "/v3/deployments",
            [.init("app_guids", [appGUID]), .init("status_values", ["ACTIVE"])]
        )
        return try await client.list(query, of: WireDeployment.self).map(\.deployment)
    }
}
