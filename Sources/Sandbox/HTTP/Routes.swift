/// The endpoints that the sandbox has; everything else is an unknown request.
enum Routes {
    static let all: [Route] = discovery + places + processes + droplets + tasks + records + rollouts

    private static let discovery: [Route] = [
        Route("GET", "/", .anyone) { $0.root($1) },
        Route("GET", "/v3", .anyone) { $0.rootOfVersion3($1) },
        Route("GET", "/v3/info", .anyone) { $0.info($1) },
        Route("GET", "/healthz", .anyone) { $0.health($1) },
    ]

    private static let places: [Route] = [
        Route("GET", "/v3/organizations") { store, call throws(Refusal) in try store.listOrganizations(call) },
        Route("GET", "/v3/organizations/:guid") { store, call throws(Refusal) in try store.getOrganization(call) },
        Route("GET", "/v3/spaces") { store, call throws(Refusal) in try store.listSpaces(call) },
        Route("GET", "/v3/spaces/:guid") { store, call throws(Refusal) in try store.getSpace(call) },
        Route("POST", "/v3/spaces/:guid/actions/apply_manifest") { store, call throws(Refusal) in
            try store.applyManifest(call)
        },
        Route("GET", "/v3/jobs/:guid") { store, call throws(Refusal) in try store.getJob(call) },
        Route("GET", "/v3/apps") { store, call throws(Refusal) in try store.listApps(call) },
        Route("GET", "/v3/apps/:guid") { store, call throws(Refusal) in try store.getApp(call) },
        Route("PATCH", "/v3/apps/:guid") { store, call throws(Refusal) in try store.updateApp(call) },
        Route("GET", "/v3/apps/:guid/permissions") { store, call throws(Refusal) in try store.appPermissions(call) },
        Route("GET", "/v3/apps/:guid/features") { store, call throws(Refusal) in try store.listAppFeatures(call) },
        Route("GET", "/v3/apps/:guid/features/:name") { store, call throws(Refusal) in try store.getAppFeature(call) },
        Route("PATCH", "/v3/apps/:guid/features/:name") { store, call throws(Refusal) in
            try store.updateAppFeature(call)
        },
    ]

    private static let processes: [Route] =
        [
            Route("GET", "/v3/processes") { store, call throws(Refusal) in try store.listProcesses(call) },
            Route("GET", "/v3/apps/:guid/processes") { store, call throws(Refusal) in try store.listProcesses(call) },
        ] + ["/v3/processes/:guid", "/v3/apps/:guid/processes/:type"].flatMap(process)

    private static let droplets: [Route] = [
        Route("GET", "/v3/droplets") { store, call throws(Refusal) in try store.listDroplets(call) },
        Route("GET", "/v3/apps/:guid/droplets") { store, call throws(Refusal) in try store.listDroplets(call) },
        Route("GET", "/v3/apps/:guid/droplets/current") { store, call throws(Refusal) in try store.currentDroplet(call)
        },
        Route("GET", "/v3/apps/:guid/relationships/current_droplet") { store, call throws(Refusal) in
            try store.currentDropletRelationship(call)
        },
        Route("GET", "/v3/droplets/:guid") { store, call throws(Refusal) in try store.getDroplet(call) },
        Route("PATCH", "/v3/droplets/:guid") { store, call throws(Refusal) in try store.updateDroplet(call) },
    ]

    private static let tasks: [Route] = [
        Route("GET", "/v3/tasks") { store, call throws(Refusal) in try store.listTasks(call) },
        Route("GET", "/v3/apps/:guid/tasks") { store, call throws(Refusal) in try store.listTasks(call) },
        Route("POST", "/v3/apps/:guid/tasks") { store, call throws(Refusal) in try store.createTask(call) },
        Route("GET", "/v3/tasks/:guid") { store, call throws(Refusal) in try store.getTask(call) },
        Route("PATCH", "/v3/tasks/:guid") { store, call throws(Refusal) in try store.updateTask(call) },
        Route("POST", "/v3/tasks/:guid/actions/cancel") { store, call throws(Refusal) in try store.cancelTask(call) },
        Route("PUT", "/v3/tasks/:guid/cancel") { store, call throws(Refusal) in try store.cancelTask(call) },
    ]

    private static let records: [Route] = [
        Route("GET", "/v3/deployments") { store, call throws(Refusal) in try store.listDeployments(call) },
        Route("GET", "/v3/deployments/:guid") { store, call throws(Refusal) in try store.getDeployment(call) },
        Route("GET", "/v3/roles") { store, call throws(Refusal) in try store.listRoles(call) },
        Route("GET", "/v3/roles/:guid") { store, call throws(Refusal) in try store.getRole(call) },
        Route("GET", "/v3/audit_events") { store, call throws(Refusal) in try store.listEvents(call) },
        Route("GET", "/v3/audit_events/:guid") { store, call throws(Refusal) in try store.getEvent(call) },
    ]

    /// What there is of one process, by guid and by app and type.
    private static func process(at path: String) -> [Route] {
        [
            Route("GET", path) { store, call throws(Refusal) in try store.getProcess(call) },
            Route("PATCH", path) { store, call throws(Refusal) in try store.updateProcess(call) },
            Route("POST", path + "/actions/scale") { store, call throws(Refusal) in try store.scaleProcess(call) },
            Route("GET", path + "/stats") { store, call throws(Refusal) in try store.processStats(call) },
            Route("GET", path + "/process_instances") { store, call throws(Refusal) in try store.processInstances(call)
            },
            Route("DELETE", path + "/instances/:index") { store, call throws(Refusal) in
                try store.terminateInstance(call)
            },
        ]
    }
}
