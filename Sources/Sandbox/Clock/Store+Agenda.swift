// What falls due as time goes by, one thing after the other, each at its own moment.
extension Store {
    private enum Due {
        case deployment(String)
        case sync(String)
        case build(String)
    }

    /// Lets everything happen that falls due until now.
    func settleAgenda() {
        defer { pruneDroplets() }
        guard !deploymentsInFlight.isEmpty || !runtime.syncs.isEmpty || !buildsInFlight.isEmpty else { return }
        let present = now
        while let (moment, due) = nextDue(), moment <= present {
            settlingAt = moment
            switch due {
            case .deployment(let guid): step(guid, present: present)
            case .sync(let guid): syncWhenDue(guid)
            case .build(let guid): endBuild(guid)
            }
        }
        settlingAt = nil
    }

    /// The earliest of what is to come; at one moment syncs come first, so that the updater sees what they did.
    private func nextDue() -> (Timestamp, Due)? {
        var earliest: (moment: Timestamp, due: Due)?
        func consider(_ moment: Timestamp?, _ due: Due) {
            guard let moment, moment < earliest?.moment ?? Timestamp(seconds: .max) else { return }
            earliest = (moment, due)
        }
        for (guid, moment) in dueSyncs.sorted(by: { $0.key < $1.key }) { consider(moment, .sync(guid)) }
        for guid in buildsInFlight.sorted() { consider(builds[guid]?.end, .build(guid)) }
        for guid in deploymentsInFlight.sorted() { consider(deployments[guid]?.nextStep, .deployment(guid)) }
        return earliest
    }

    private var dueSyncs: [String: Timestamp] { runtime.syncsByItself ? runtime.syncs : [:] }

    /// The next moment of something else than a deployment's steps.
    func nextDisturbance(before limit: Timestamp) -> Timestamp {
        let moments = dueSyncs.values.map { $0 } + buildsInFlight.compactMap { builds[$0]?.end }
        return min(limit, moments.min() ?? limit)
    }
}
