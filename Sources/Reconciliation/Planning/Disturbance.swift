import Diagnostics

extension Plan {
    /// The apps whose running instances or tasks notice the plan, and the apps that lose a key; with what does it.
    package var disturbances: [Address: [String]] {
        operations.reduce(into: [:]) { found, operation in
            let causes = operation.disturbances
            if !causes.isEmpty { found[operation.address.appending(.app), default: []] += causes }
        }
    }
}

extension Plan.Operation {
    /// What it does that disturbs the app, in words; empty for setting metadata, more instances and new tasks.
    var disturbances: [String] {
        switch action {
        case .restart: isConditional ? [] : ["a restart"]
        case .cancel: ["a cancelled task"]
        case .run, .wait, .adopt, .release: []
        case .update: changes.filter(\.disturbs).map(\.field.definition.name)
        }
    }
}

extension FieldChange {
    var disturbs: Bool {
        // It is one when somebody who sees the value sends another.
        if isUnseen { return false }
        switch field {
        case .image, .command, .user, .healthCheck, .readinessHealthCheck, .memory, .disk, .logRateLimit: return true
        case .instances:
            guard case .number(let before) = before, case .number(let after) = after else { return true }
            return after < before
        case .label, .annotation: return after == .null
        }
    }
}
