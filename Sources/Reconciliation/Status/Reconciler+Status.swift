package import Diagnostics

extension Reconciler {
    /// A status with what could not be shown.
    package struct Status: Sendable {
        package let report: StatusReport
        package let diagnostics: [Diagnostic]
    }

    /// Observes what is declared, then asks the runtime for the instances of every process of a started app.
    ///
    /// Requests grow with pages, but for one a process. What the runtime does not say is unknown in the report and an
    /// error in the diagnostics.
    package func status(
        of desired: DesiredState,
        targets: [TargetPattern] = []
    ) async throws(PlatformError) -> Status {
        let observed = try await platform.observe(desired)
        let asked = Reconciliation.status(of: desired, against: observed, targets: targets).report.apps
            .flatMap(\.processes)
            .filter { $0.instances != .stopped && $0.wanted > 0 }
        let readings = await InstanceSurvey(platform: platform).read(asked.map(\.guid))
        if Task.isCancelled { throw PlatformError(.cancelled) }
        var (report, diagnostics) = Reconciliation.status(
            of: desired,
            against: observed,
            instances: readings.mapValues(\.forReport),
            targets: targets
        )
        let failures = asked.compactMap { process -> (process: ProcessStatus, error: PlatformError)? in
            guard case .failure(let error) = readings[process.guid] else { return nil }
            return (process, error)
        }
        let gone = asked.filter { readings[$0.guid] == .success([]) }
        diagnostics += Diagnostic.instancesUnknown(failures, in: report) + gone.map { .processGone($0, in: report) }
        report.erroneous.formUnion((failures.map(\.process) + gone).map { "\($0.address)" })
        return Status(
            report: report.hiding(desired.secrets),
            diagnostics: diagnostics.map { $0.hiding(desired.secrets) }
        )
    }
}

extension InstanceSurvey.Reading {
    fileprivate var forReport: InstanceReading {
        switch self {
        case .success(let instances) where instances.isEmpty: .unknown("gone meanwhile")
        case .success(let instances): .known(instances.sorted { $0.index < $1.index })
        case .failure(let error): .unknown(error.shortReason)
        }
    }
}

extension Diagnostic {
    /// One a kind of failure, however many processes it met.
    fileprivate static func instancesUnknown(
        _ failures: [(process: ProcessStatus, error: PlatformError)],
        in report: StatusReport
    ) -> [Diagnostic] {
        var kinds: [(reason: String, failures: [(process: ProcessStatus, error: PlatformError)])] = []
        for failure in failures {
            let reason = failure.error.shortReason
            if let index = kinds.firstIndex(where: { $0.reason == reason }) {
                kinds[index].failures.append(failure)
            } else {
                kinds.append((reason, [failure]))
            }
        }
        return kinds.compactMap { kind in
            guard let first = kind.failures.first else { return nil }
            let count = kind.failures.count
            let what = count == 1 ? "`\(first.process.address)`" : "\(count) processes"
            var diagnostic = first.error.diagnostic(intent: "show the instances of \(what)", api: report.api)
            guard count == 1 else { return diagnostic }
            diagnostic.subject = "\(first.process.address)"
            diagnostic.primary = report.place(of: first.process)
            return diagnostic
        }
    }

    fileprivate static func processGone(_ process: ProcessStatus, in report: StatusReport) -> Diagnostic {
        Diagnostic(
            .error,
            .notFound,
            "process `\(process.address)` is gone: it was replaced or deleted meanwhile",
            subject: "\(process.address)",
            at: report.place(of: process),
            details: [.help("run again")]
        )
    }
}

extension StatusReport {
    /// Where the process is declared, else its app.
    fileprivate func place(of process: ProcessStatus) -> Diagnostic.Annotation? {
        let app = apps.first { $0.address == process.address.appending(.app) }
        return (process.origin ?? app?.origin).map { Diagnostic.Annotation($0) }
    }
}
