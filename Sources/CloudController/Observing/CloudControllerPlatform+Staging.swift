package import Reconciliation

/// What has to be looked at while a new droplet is staged and rolled out.
extension CloudControllerPlatform {
    /// Builds first: one that ends while this is read is still STAGING in their list, or its droplet is in the later one.
    package func staging(ofApp appGUID: String) async throws(PlatformError) -> ObservedStaging {
        let app = ListQuery.Filter("app_guids", [appGUID])
        let builds = try await client.list(ListQuery("/v3/builds", [app]), of: WireBuild.self)
        async let packages = attempted { () async throws(PlatformError) in
            try await client.list(ListQuery("/v3/packages", [app, .init("types", ["docker"])]), of: WirePackage.self)
        }
        let droplets = try await client.list(
            ListQuery("/v3/droplets", [app, .init("states", ["STAGED"])]),
            of: WireDroplet.self
        )
        return ObservedStaging(
            packages: try await packages.get().map(\.package),
            builds: builds.map(\.build),
            droplets: droplets.map(\.droplet)
        )
    }

    package func build(_ guid: String) async throws(PlatformError) -> ObservedBuild? {
        try await client.getIfPresent("/v3/builds/\(PercentEncoding.once(guid))", as: WireBuild.self)?.build
    }

    package func job(_ guid: String) async throws(PlatformError) -> ObservedJob? {
        try await client.getIfPresent("/v3/jobs/\(PercentEncoding.once(guid))", as: WireJob.self)?.job
    }

    package func deployments(
        ofApp appGUID: String,
        rollout label: String
    ) async throws(PlatformError) -> [ObservedDeployment] {
        try await deployments(ofApp: appGUID, "\(RolloutLabel.key)", label)
    }

    package func deployments(
        ofApp appGUID: String,
        approval id: String
    ) async throws(PlatformError) -> [ObservedDeployment] {
        try await deployments(ofApp: appGUID, "\(RolloutLabel.approval)", id)
    }

    private func deployments(
        ofApp appGUID: String,
        _ label: String,
        _ value: String
    ) async throws(PlatformError) -> [ObservedDeployment] {
        let query = ListQuery(
            "/v3/deployments",
            [.init("app_guids", [appGUID])],
            fixed: "label_selector=\(PercentEncoding.once("\(label)=\(value)"))"
        )
        return try await client.list(query, of: WireDeployment.self).map(\.deployment)
    }

    package func activeDeployments() async throws(PlatformError) -> [String: [ObservedDeployment]] {
        let query = ListQuery("/v3/deployments", [.init("status_values", ["ACTIVE"])])
        let rows = try await client.list(query, of: WireDeployment.self)
        return Dictionary(grouping: rows.filter { $0.appGUID != nil }) { $0.appGUID ?? "" }
            .mapValues { $0.map(\.deployment) }
    }
}
