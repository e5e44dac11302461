import Diagnostics
import Reconciliation

/// Says which instance is replaced, what that does and does not do, and what became of it.
struct ReplacementView {
    let target: InstanceReplacement.Target

    /// What to know before agreeing.
    var lines: [String] {
        let address = FieldText.value(Text("\(target.address)"))
        let user = FieldText.value(Text(target.user))
        var lines = [
            "Instance \(target.index) of \(address) at \(target.api) as \(user): \(standing)", "",
            "The platform ends it and starts another from the definition that runs now. Settings that were changed since",
            "do not become live by that: it takes a restart of the app.",
        ]
        if !target.restartOwed.isEmpty {
            let fields = target.restartOwed.map { FieldText.value(Text($0)) }.joined(separator: ", ")
            let restart = ShellWord.cf("restart", target.address.app, "--strategy rolling")
            lines.append("Not live: \(fields). `\(restart)` makes them so.")
        }
        if let deployment = target.deployment {
            let reason = FieldText.value(Text(deployment.reason))
            lines.append(
                "Deployment \(FieldText.value(Text(deployment.guid))) is \(reason): this is the newer process."
            )
        }
        return lines + [""]
    }

    private var standing: String {
        guard let instance = target.instance else { return "unknown, the runtime does not say" }
        var words = FieldText.value(Text(instance.state))
        if instance.state == "RUNNING", !instance.isReady { words += " and not ready" }
        if let uptime = instance.uptime, uptime > 0 { words += " for \(ShortForm.age(uptime))" }
        if let details = instance.details { words += ": \(FieldText.value(Text(details)))" }
        return words
    }

    /// Of the request, and of waiting for its effect if that was done.
    func lines(about outcomes: [Outcome]) -> [String] {
        outcomes.enumerated().compactMap { step, outcome in
            switch outcome {
            case .applied(let note), .inPlace(let note):
                let words = step == 0 ? "Asked the platform to replace it." : "The new instance runs and is ready."
                return words + (note.map { " (\($0))" } ?? "")
            case .wouldSend(let requests):
                let lines = requests.map { "  \($0.method.rawValue) \($0.path)" }
                return (lines + ["Dry run: 1 request would be sent; nothing was sent."]).joined(separator: "\n")
            case .failed, .postponed, .notAttempted: return nil
            }
        }
    }
}
