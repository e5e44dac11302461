package import Diagnostics

/// How much one apply may disturb.
package struct SafetyLimits: Hashable, Sendable {
    /// How many apps may be disturbed.
    package enum Allowance: Hashable, Sendable {
        case apps(Int)
        /// Of the declared apps.
        case percent(Int)
    }

    /// So many apps have to be declared before the usual limit holds.
    private static let fewApps = 10

    /// Nil is the usual limit, a third of the declared apps from ten of them up.
    package var maxChanges: Allowance?
    /// Apps with `protected: true` may be disturbed, too.
    package var allowsProtected: Bool

    package init(maxChanges: Allowance? = nil, allowsProtected: Bool = false) {
        self.maxChanges = maxChanges
        self.allowsProtected = allowsProtected
    }

    /// Why the plan must not be applied; empty when it may.
    ///
    /// - Parameter before: apps that an earlier part of the same apply has disturbed.
    package func refusals(
        of plan: Plan,
        after before: Set<Address> = [],
        as severity: Diagnostic.Severity = .error
    ) -> [Diagnostic] {
        let disturbances = plan.disturbances
        var refusals: [Diagnostic] = []
        let apps = before.union(disturbances.keys)
        if !allows(apps.count, of: plan.declaredApps) {
            refusals.append(.tooMuchChange(apps.sorted(), of: plan.declaredApps, maxChanges, as: severity))
        }
        guard !allowsProtected else { return refusals }
        for protection in plan.protections {
            guard let causes = disturbances[protection.address] else { continue }
            refusals.append(.protected(protection, causes, as: severity))
        }
        return refusals
    }

    private func allows(_ disturbed: Int, of declared: Int) -> Bool {
        switch maxChanges {
        case nil: declared < SafetyLimits.fewApps || disturbed * 3 <= declared
        case .apps(let count): disturbed <= count
        case .percent(let percent): disturbed * 100 <= percent * declared
        }
    }
}

extension SafetyLimits.Allowance {
    /// `5` or `20%`, as on the command line; nil for anything else.
    package init?(_ text: String) {
        let isShare = text.hasSuffix("%")
        let digits = isShare ? text.dropLast() : text[...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int32(digits)
        else { return nil }
        if isShare, count > 100 { return nil }
        self = isShare ? .percent(Int(count)) : .apps(Int(count))
    }
}

extension Diagnostic {
    fileprivate static func tooMuchChange(
        _ apps: [Address],
        of declared: Int,
        _ allowance: SafetyLimits.Allowance?,
        as severity: Severity
    ) -> Diagnostic {
        let limit =
            switch allowance {
            case nil: "a third"
            case .apps(let count): "the \(count) that `--max-changes` allows"
            case .percent(let percent): "the \(percent) % that `--max-changes` allows"
            }
        let names = apps.prefix(10).map { "`\($0)`" }.joined(separator: ", ")
        return Diagnostic(
            severity,
            .tooMuchChange,
            "this disturbs \(apps.count) of \(declared) declared \(declared == 1 ? "app" : "apps"), more than \(limit)",
            details: [
                .note(apps.count > 10 ? "\(names) and \(apps.count - 10) more" : names),
                .note(
                    "an app is disturbed by other settings, a restart, fewer instances, a cancelled task or a removed key"
                ),
                .help("read the plan, then allow it with `--max-changes \(apps.count)`"),
            ]
        )
    }

    fileprivate static func protected(
        _ protection: Plan.Protection,
        _ causes: [String],
        as severity: Severity
    ) -> Diagnostic {
        var unique: [String] = []
        for cause in causes where !unique.contains(cause) { unique.append(cause) }
        let shown = unique.prefix(5).joined(separator: ", ")
        return Diagnostic(
            severity,
            .protected,
            "`\(protection.address)` is protected, and this disturbs it",
            subject: "\(protection.address)",
            at: Annotation(protection.origin, "declared here"),
            details: [
                .note("by \(unique.count > 5 ? "\(shown) and \(unique.count - 5) more" : shown)"),
                .help("read the plan, then allow it with `--allow-protected`"),
            ]
        )
    }
}
