import Diagnostics
import Reconciliation

/// The commands that make changed settings live, where Evenkeel does not restart the app itself.
struct RestartAdvice {
    private let apps: [Address]

    init(_ operations: [Plan.Operation], owed: [Plan.Owed] = []) {
        var apps = Set(owed.map(\.address))
        for operation in operations where operation.effect == .afterRestart && operation.changesWhatRuns {
            apps.insert(operation.address.appending(.app))
        }
        self.apps = apps.sorted()
    }

    var isEmpty: Bool { apps.isEmpty }

    var lines: [String] {
        guard !apps.isEmpty else { return [] }
        return ["Not live until the app is restarted:"]
            + apps.map { app in
                let place = "\(app.organization)/\(app.space)"
                let restart = ShellWord.cf("restart", app.app, "--strategy rolling")
                return "    \(restart)    # in \(FieldText.value(Text(place)))"
            }
    }
}
