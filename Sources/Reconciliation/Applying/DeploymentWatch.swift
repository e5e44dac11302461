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
    /// Why nothing is known; nil as soon as a look has brought an answer.
    private(set) var trouble: PlatformError?
    private var hasAnswer = false
    /// When the last answer came.
    private var lookedAt: Duration?
    /// A look under way: whoever needs one joins it.
    private var underway: Task<Void, Never>?

    init(platform: any Platform, clock: any Clock<Duration>) {
        self.platform = platform
        time = stopwatch(clock)
    }

    func active(ofApp guid: String) async -> ObservedDeployment? {
        await look()
        return active[guid]?.last
    }

    /// Looks unless the last answer came a moment ago, or joins the look under way.
    ///
    /// A look that fails leaves what was known: the server's refusal tells later.
    func look() async {
        if let underway {
            await underway.value
            return
        }
        if let lookedAt, time() - lookedAt < DeploymentWatch.freshness { return }
        let look = Task { await readAnew() }
        underway = look
        await withTaskCancellationHandler {
            await look.value
        } onCancel: {
            look.cancel()
        }
    }

    /// What is found is there before anybody who waits for it goes on.
    private func readAnew() async {
        do throws(PlatformError) {
            active = try await platform.activeDeployments()
            (hasAnswer, trouble) = (true, nil)
        } catch {
            if !hasAnswer { trouble = error }
        }
        underway = nil
        lookedAt = time()
    }
}
