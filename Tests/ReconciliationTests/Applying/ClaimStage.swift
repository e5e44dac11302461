import Diagnostics
import TestSupport

@testable import Reconciliation

/// An app with one declared task, a platform that may know more than the plan, and a clock that jumps.
protocol ClaimStage {
    var clock: JumpingClock { get }
}

extension ClaimStage {
    var today: Int { 1_795_230_000 }

    var task: DesiredTask {
        var task = DesiredTask(name: "migrate", origin: place(7))
        task.fields = [declared(.command, .text("bin/migrate"))]
        return task
    }

    var fingerprint: String { Fingerprint(of: task, droplet: nil).hex }

    func rival(_ time: String = "2026-11-21T02:59:00Z", random: UInt64 = 7) -> Claim {
        Claim(fingerprint, task: "migrate", random: random, time: time, holder: "other/host")
    }

    func model(_ change: (inout ObservedApp) -> Void = { _ in }) -> ModelPlatform {
        ModelPlatform(observedState(observedApp("storefront", change)))
    }

    /// Plans what an app without any runs needs, and applies that on a platform that may know more by then.
    func apply(
        _ task: DesiredTask? = nil,
        on platform: WatchedPlatform,
        options: ApplyOptions = ApplyOptions()
    ) async -> ApplyReport {
        let observed = observedState(observedApp())
        let plan = plan(desiredState(desiredApp { $0.tasks = [task ?? self.task] }), against: observed).plan
        let stamps = Stamps(now: { [today] in today }, random: { 42 }, holder: "dev/build-7")
        return await Applier(platform: platform, observed: observed, options: options, clock: clock, stamps: stamps)
            .apply(plan)
    }

    func error(_ status: Int) -> PlatformError {
        var error = PlatformError(.rejected)
        error.status = status
        return error
    }

    func record(on model: ModelPlatform) async -> [RunRecord.Entry] {
        let fields = await model.app.fields
        guard case .record(let record) = RunRecord.reading(of: "migrate", in: fields) else { return [] }
        return record.runs
    }
}
