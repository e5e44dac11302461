package import Diagnostics

/// What the language can say and this version cannot do.
///
/// Each is an error at its key: nothing is accepted and ignored.
package func notSupportedYet(in desired: DesiredState) -> [Diagnostic] {
    desired.apps.flatMap { entry -> [Diagnostic] in
        let app = entry.app
        let found: [Diagnostic?] = [
            app.droplet?.imageUpdate.flatMap {
                $0.value == .restage ? .notSupportedYet("`image_update: restage`", at: $0.origin) : nil
            }
        ]
        return found.compactMap(\.self)
    }
}

extension Diagnostic {
    fileprivate static func notSupportedYet(_ what: String, at origin: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .notSupportedYet,
            "\(what) is not supported by this version",
            at: Annotation(origin),
            details: [.help("remove it, or wait for a version that can do it; `validate` accepts it")]
        )
    }
}
