/// A message to the person at the keyboard about one thing that is wrong or worth knowing.
///
/// It is data; `DiagnosticRenderer` makes text of it.
package struct Diagnostic: Hashable, Sendable, Codable {
    package enum Severity: String, Hashable, Sendable, Codable {
        case error, warning
    }

    /// A place in a file with what is to be said about it there.
    package struct Annotation: Hashable, Sendable, Codable {
        package let range: SourceRange
        package let label: String?

        package init(_ range: SourceRange, _ label: String? = nil) {
            self.range = range
            self.label = label
        }
    }

    /// A line below the excerpt: a fact, the server's own words, or one thing to do.
    package enum Detail: Hashable, Sendable, Codable {
        case note(String)
        case api(String)
        case help(String)
    }

    package var severity: Severity
    package var code: DiagnosticCode
    /// One clause that stands alone: lower-case start, no full stop, the user's text in backticks.
    package var message: String
    /// The printed address of the resource that this is about, if it is about one.
    package var subject: String?
    package var primary: Annotation?
    package var secondary: [Annotation]
    package var details: [Detail]

    package init(
        _ severity: Severity,
        _ code: DiagnosticCode,
        _ message: String,
        subject: String? = nil,
        at primary: Annotation? = nil,
        secondary: [Annotation] = [],
        details: [Detail] = []
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.subject = subject
        self.primary = primary
        self.secondary = secondary
        self.details = details
    }
}
