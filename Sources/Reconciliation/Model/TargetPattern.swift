import Diagnostics

/// A `--target`: an address in which `*` and `?` stand for parts of a segment and `**` for any number of segments.
///
/// It covers what it matches and everything below: the address of an app stands for its processes, too.
package struct TargetPattern: Hashable, Sendable {
    package let text: String
    private let segments: [[Unicode.Scalar]]

    package init(_ text: String) {
        self.text = text
        segments = text.unicodeScalars
            .split(separator: "/", omittingEmptySubsequences: true)
            .map(Array.init)
    }

    /// True when the pattern matches the address or one above it.
    package func covers(_ address: Address) -> Bool {
        let names = address.segments.map { Array($0.unicodeScalars) }
        return !segments.isEmpty && matches(segments[...], names[...])
    }

    private func matches(_ pattern: ArraySlice<[Unicode.Scalar]>, _ names: ArraySlice<[Unicode.Scalar]>) -> Bool {
        guard let first = pattern.first else { return true }
        if first == ["*", "*"] {
            return matches(pattern.dropFirst(), names) || (!names.isEmpty && matches(pattern, names.dropFirst()))
        }
        guard let name = names.first, matchesSegment(first[...], name[...]) else { return false }
        return matches(pattern.dropFirst(), names.dropFirst())
    }

    private func matchesSegment(_ pattern: ArraySlice<Unicode.Scalar>, _ name: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == "*" {
            return matchesSegment(pattern.dropFirst(), name)
                || (!name.isEmpty && matchesSegment(pattern, name.dropFirst()))
        }
        guard let scalar = name.first, first == "?" || first == scalar else { return false }
        return matchesSegment(pattern.dropFirst(), name.dropFirst())
    }
}

extension DesiredApp {
    /// The command line does not leave the resource out.
    ///
    /// What is left out is not taken for something that has left the manifest.
    func covers(_ address: Address) -> Bool {
        targets.isEmpty || targets.contains { $0.covers(address) }
    }
}

extension DesiredState {
    /// Only what the patterns cover, with those patterns that cover nothing.
    ///
    /// An app of which only a part is covered keeps that part alone.
    package func narrowed(to patterns: [TargetPattern]) -> (state: DesiredState, unmatched: [TargetPattern]) {
        guard !patterns.isEmpty else { return (self, []) }
        var matched: Set<TargetPattern> = []
        func isCovered(_ address: Address) -> Bool {
            let covering = patterns.filter { $0.covers(address) }
            matched.formUnion(covering)
            return !covering.isEmpty
        }
        let kept = spaces.compactMap { space -> DesiredSpace? in
            var kept = space
            kept.apps = space.apps.compactMap { app in
                let address = Address(
                    organization: space.organization.value,
                    space: space.space.value,
                    app: app.name
                )
                return narrow(app, at: address, to: patterns, isCovered)
            }
            return kept.apps.isEmpty ? nil : kept
        }
        return (narrowed(to: kept), patterns.filter { !matched.contains($0) })
    }

    private func narrow(
        _ app: DesiredApp,
        at address: Address,
        to patterns: [TargetPattern],
        _ isCovered: (Address) -> Bool
    ) -> DesiredApp? {
        let isWhole = isCovered(address)
        var kept = app
        kept.targets = patterns
        if !isWhole { kept.fields = [] }
        if kept.droplet != nil, !isCovered(address.appending(.droplet)) {
            kept.imageOutsideTargets = app.declaredImage
            kept.imageUpdateOutsideTargets = app.droplet?.imageUpdate?.value
            kept.droplet = nil
        }
        kept.processes = app.processes.filter { isCovered(address.appending(.process($0.type))) }
        kept.tasks = app.tasks.filter { isCovered(address.appending(.task($0.name))) }
        kept.gatesOutsideTargets = app.tasks.filter { task in
            task.holdsRollout && !patterns.contains { $0.covers(address.appending(.task(task.name))) }
        }
        let isEmpty = kept.droplet == nil && kept.processes.isEmpty && kept.tasks.isEmpty
        return isWhole || !isEmpty ? kept : nil
    }
}
