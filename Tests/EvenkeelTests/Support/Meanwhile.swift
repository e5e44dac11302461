/// What somebody else does while a command waits: it happens once, at the first wait of a second or more after it was set.
actor Meanwhile {
    private var actions: [@Sendable () async throws -> Void] = []

    func set(_ actions: (@Sendable () async throws -> Void)...) {
        self.actions = actions
    }

    /// Does the next of it.
    func happen() async {
        guard !actions.isEmpty else { return }
        let action = actions.removeFirst()
        try? await action()
    }
}
