// What brings new versions and settings into use.
extension Routes {
    static let rollouts: [Route] = appActions + deployments + staging

    private static let appActions: [Route] = [
        Route("POST", "/v3/apps/:guid/actions/start") { store, call throws(Refusal) in try store.startApp(call) },
        Route("POST", "/v3/apps/:guid/actions/stop") { store, call throws(Refusal) in try store.stopApp(call) },
        Route("POST", "/v3/apps/:guid/actions/restart") { store, call throws(Refusal) in try store.restartApp(call) },
        Route("PATCH", "/v3/apps/:guid/relationships/current_droplet") { store, call throws(Refusal) in
            try store.assignDroplet(call)
        },
        Route("GET", "/v3/apps/:guid/revisions") { store, call throws(Refusal) in try store.listRevisions(call) },
        Route("GET", "/v3/apps/:guid/revisions/deployed") { store, call throws(Refusal) in
            try store.listDeployedRevisions(call)
        },
        Route("GET", "/v3/revisions/:guid") { store, call throws(Refusal) in try store.getRevision(call) },
    ]

    private static let deployments: [Route] = [
        Route("POST", "/v3/deployments") { store, call throws(Refusal) in try store.createDeployment(call) },
        Route("PATCH", "/v3/deployments/:guid") { store, call throws(Refusal) in try store.updateDeployment(call) },
        Route("POST", "/v3/deployments/:guid/actions/cancel") { store, call throws(Refusal) in
            try store.cancelDeployment(call)
        },
        Route("POST", "/v3/deployments/:guid/actions/continue") { store, call throws(Refusal) in
            try store.continueDeployment(call)
        },
    ]

    private static let staging: [Route] = [
        Route("GET", "/v3/packages") { store, call throws(Refusal) in try store.listPackages(call) },
        Route("POST", "/v3/packages") { store, call throws(Refusal) in try store.createPackage(call) },
        Route("GET", "/v3/packages/:guid") { store, call throws(Refusal) in try store.getPackage(call) },
        Route("GET", "/v3/packages/:guid/droplets") { store, call throws(Refusal) in
            try store.listPackageDroplets(call)
        },
        Route("GET", "/v3/apps/:guid/packages") { store, call throws(Refusal) in try store.listPackages(call) },
        Route("POST", "/v3/droplets") { store, call throws(Refusal) in try store.copyDroplet(call) },
        Route("GET", "/v3/builds") { store, call throws(Refusal) in try store.listBuilds(call) },
        Route("POST", "/v3/builds") { store, call throws(Refusal) in try store.createBuild(call) },
        Route("GET", "/v3/builds/:guid") { store, call throws(Refusal) in try store.getBuild(call) },
        Route("PATCH", "/v3/builds/:guid") { store, call throws(Refusal) in try store.updateBuild(call) },
        Route("GET", "/v3/apps/:guid/builds") { store, call throws(Refusal) in try store.listBuilds(call) },
    ]
}
