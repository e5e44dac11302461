import Diagnostics

extension StatusReport {
    /// The report without secrets in what was observed or what the server says.
    func hiding(_ secrets: Secrets) -> StatusReport {
        guard !secrets.isEmpty else { return self }
        var report = self
        for app in report.apps.indices {
            report.apps[app].processes = report.apps[app].processes.map { $0.hiding(secrets) }
            report.apps[app].deployments = report.apps[app].deployments.map { $0.hiding(secrets) }
            for task in report.apps[app].tasks.indices {
                report.apps[app].tasks[task].run?.hide(secrets)
                for other in report.apps[app].tasks[task].others.indices {
                    report.apps[app].tasks[task].others[other].hide(secrets)
                }
            }
        }
        return report
    }
}

extension ProcessStatus {
    fileprivate func hiding(_ secrets: Secrets) -> ProcessStatus {
        var process = self
        switch process.instances {
        case .stopped: break
        case .unknown(let reason): process.instances = .unknown(secrets.hiding(reason))
        case .known(let instances):
            process.instances = .known(
                instances.map { instance in
                    var instance = instance
                    instance.details = instance.details.map(secrets.hiding)
                    return instance
                }
            )
        }
        process.fields = fields.map { status in
            guard case .value(let value) = status.observed, secrets.areTold(by: value) else { return status }
            return FieldStatus(
                field: status.field,
                observed: .hidden,
                declared: status.declared,
                standing: status.standing
            )
        }
        return process
    }
}

extension ObservedTask {
    fileprivate mutating func hide(_ secrets: Secrets) {
        failureReason = failureReason.map(secrets.hiding)
    }
}
