/// Which apps have a deployment in flight, looked up for all of them at once and never long ago.
///
/// A change during a deployment is refused or, while it is being cancelled, taken and lost
/// (`cloud_controller_ng app/actions/process_update.rb`). So it is looked for right before the first write of an app; one
/// list serves them all, since few deployments are ACTIVE and apps can be thousands.
actor DeploymentWatch {
    /// An answer that is younger is taken as it is.
    private static let freshness = Duration.seconds(2)

    private let platform: any Platform
    /// The time since the watch was made.
    private let time: @Sendable () -> Duration
    private var active: [String: [ObservedDeployment]] = [:]
    private var lookedAt: Duration?

    init(platform: any Platform, clock: any Clock<Duration>) {
        self.platform = platform
        time = stopwatch(clock)
    }

    func active(ofApp guid: String) async -> ObservedDeployment? {
        await look()
        return active[guid]?.last
    }

    /// Looks unless the last look was a moment ago.
    ///
    /// A look that fails leaves what was known: the server's refusal tells later.
    func look() async {
        let now = time()
        if let lookedAt, now - lookedAt < DeploymentWatch.freshness { return }
        lookedAt = now
        if let found = try? await platform.activeDeployments() { active = found }
    }
}
