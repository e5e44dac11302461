package import Diagnostics

extension InstanceReplacement {
    /// Finds the instance of that index, or says why there is none.
    package static func find(
        _ index: Int,
        of type: Text,
        at app: Address,
        on reader: any PlatformReader
    ) async throws(PlatformError) -> Result<Target, Complaint> {
        let desired = desiredState(type, at: app)
        let observed = try await reader.observe(desired)
        let (report, diagnostics) = status(of: desired, against: observed)
        if diagnostics.hasErrors { return .failure(Complaint(diagnostics.map(\.placeless))) }
        let space = observed.space(organization: app.organization, space: app.space)
        guard let space, let found = space.app(named: app.app),
            let process = found.processes.first(where: { $0.type == type })
        else { return .failure(Complaint(diagnostics)) }
        let address = app.appending(.process(type))
        guard found.isStarted else { return .failure(Complaint([.stopped(address, app.app)])) }
        guard (0..<process.wanted).contains(index) else {
            return .failure(Complaint([.noInstance(index, of: address, count: process.wanted)]))
        }
        let reading = await InstanceSurvey(platform: reader).read([process.guid])
        let instances = try? reading[process.guid]?.get()
        return .success(
            Target(
                address: address,
                index: index,
                api: report.api,
                user: report.user,
                processGUID: process.guid,
                instance: instances?.first { $0.index == index },
                needs: Permission.manageProcesses.missing(for: observed.identity, roles: space.roles),
                restartOwed: found.owedFields,
                deployment: found.deployments.last
            )
        )
    }

    /// Why an instance cannot be replaced.
    package struct Complaint: Error {
        package let diagnostics: [Diagnostic]

        init(_ diagnostics: [Diagnostic]) {
            self.diagnostics = diagnostics
        }
    }

    /// The address as a declaration, which is what platforms can observe.
    private static func desiredState(_ type: Text, at app: Address) -> DesiredState {
        let start = SourcePosition(line: 1, column: 1)
        let nowhere = SourceRange(file: "", start: start, end: start)
        var declaration = DesiredApp(name: app.app, origin: nowhere)
        declaration.processes = [DesiredProcess(type: type, origin: nowhere)]
        let space = DesiredSpace(
            organization: Declared(app.organization, at: nowhere),
            space: Declared(app.space, at: nowhere),
            apps: [declaration]
        )
        return DesiredState(spaces: [space])
    }
}

extension Diagnostic {
    /// Without a place in a file.
    fileprivate var placeless: Diagnostic {
        var diagnostic = self
        diagnostic.primary = nil
        return diagnostic
    }

    fileprivate static func stopped(_ process: Address, _ app: Text) -> Diagnostic {
        Diagnostic(
            .error,
            .notFound,
            "`\(process)` has no instances: the app is stopped",
            subject: "\(process)",
            details: [.help("start it with `\(ShellWord.cf("start", app))`")]
        )
    }

    fileprivate static func noInstance(_ index: Int, of process: Address, count: Int) -> Diagnostic {
        let have =
            switch count {
            case 0: "it has no instances"
            case 1: "it has instance 0 alone"
            default: "it has the instances 0 to \(count - 1)"
            }
        return Diagnostic(
            .error,
            .notFound,
            "`\(process)` has no instance \(index)",
            subject: "\(process)",
            details: [.note(have)]
        )
    }
}
