import Diagnostics

// What staging a new droplet has to say, each at the line of the manifest that asked for it.

extension Diagnostic {
    /// The build has FAILED.
    ///
    /// - Parameter error: the answer to its request, where that was an error.
    static func stagingFailed(
        _ operation: Plan.Operation,
        _ build: ObservedBuild,
        _ error: PlatformError?
    ) -> Diagnostic {
        var details: [Detail] = []
        if let error { details = refused(operation, error).details.filter { $0.isOfServer } }
        if case .failed(let reason?) = build.state { details.append(.api(reason)) }
        details.append(.note("build \(build.guid) is FAILED; the droplet before it is still the current one"))
        details.append(.help("check that the platform can pull the image; run again to stage it once more"))
        return about(operation, .stagingFailed, "the image of `\(operation.address)` was not staged", details)
    }

    /// The time is over; the build goes on.
    static func stagingNotEnded(
        _ operation: Plan.Operation,
        _ build: ObservedBuild,
        after seconds: Int,
        _ trouble: PlatformError?
    ) -> Diagnostic {
        about(
            operation,
            .waitTimedOut,
            "the image of `\(operation.address)` is not staged after \(seconds) seconds",
            [.note("build \(build.guid) is STAGING since \(build.createdAt)")] + Detail.lastLook(trouble)
                + [.help("run again: a build that has ended by then is taken up")]
        )
    }

    /// What the plan saw or this apply made on the way to the droplet is not there any more.
    static func stagingGone(_ operation: Plan.Operation, _ what: String) -> Diagnostic {
        about(
            operation,
            .stagingFailed,
            "the image of `\(operation.address)` was not staged",
            [.note("\(what) has expired or was deleted"), .help("run again: it is made anew")]
        )
    }

    /// The droplet is assigned, and there is no process of a type that it was to bring.
    static func typeDidNotCome(_ operation: Plan.Operation) -> Diagnostic {
        about(
            operation,
            .notFound,
            "process `\(operation.address)` does not exist",
            [.note("the new droplet is assigned and has not brought it"), .help("run again: the app is planned anew")]
        )
    }

    /// A process of a new type is there before we made it.
    static func madeByOthers(_ operation: Plan.Operation) -> Diagnostic {
        about(
            operation,
            .notTaken,
            "`\(operation.address)` was made by somebody else meanwhile, with another command",
            [.note("nothing was sent: it would lose its instances"), .help("run again: the app is planned anew")]
        )
    }

    /// The app has another name, or is deleted.
    static func appDeletedOrRenamed(_ operation: Plan.Operation) -> Diagnostic {
        about(
            operation,
            .notFound,
            "the app of `\(operation.address)` was deleted or renamed meanwhile",
            [.help("plan again")]
        )
    }

    /// The server's own work goes on.
    static func jobNotEnded(
        _ operation: Plan.Operation,
        _ guid: String,
        after seconds: Int,
        _ trouble: PlatformError?
    ) -> Diagnostic {
        about(
            operation,
            .waitTimedOut,
            "`\(operation.address)` is not made after \(seconds) seconds",
            [.note("job \(guid) goes on")] + Detail.lastLook(trouble) + [.help("run again")]
        )
    }

    /// The server made a package of something else.
    static func otherPackage(_ operation: Plan.Operation) -> Diagnostic {
        about(
            operation,
            .notTaken,
            "the package for `\(operation.address)` has another image than was asked for",
            []
        )
    }

    /// The server keeps another droplet as the current one.
    static func notAssigned(_ operation: Plan.Operation, _ current: String, asked: String) -> Diagnostic {
        about(
            operation,
            .notTaken,
            "the new `\(operation.address)` is not the current one after it was assigned",
            [.note("asked for droplet \(asked), answered \(current)")]
        )
    }

    private static func about(
        _ operation: Plan.Operation,
        _ code: DiagnosticCode,
        _ message: String,
        _ details: [Detail]
    ) -> Diagnostic {
        Diagnostic(.error, code, message, subject: "\(operation.address)", at: operation.place, details: details)
    }
}

extension Diagnostic.Detail {
    /// The request, the server's words about it, and its id: no advice.
    fileprivate var isOfServer: Bool { if case .help = self { false } else { true } }
}
