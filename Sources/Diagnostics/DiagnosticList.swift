extension [Diagnostic] {
    /// Sorted by file and position, what has no place at the end, without duplicates.
    package var inOrder: [Diagnostic] {
        var seen: Set<Identity> = []
        let unique = filter { seen.insert(Identity($0)).inserted }
        return unique.enumerated().sorted { left, right in
            switch (left.element.primary?.range, right.element.primary?.range) {
            case (let one?, let other?) where one != other: one < other
            case (.some, nil): true
            case (nil, .some): false
            default: left.offset < right.offset
            }
        }
        .map(\.element)
    }

    package var hasErrors: Bool { contains { $0.severity == .error } }

    /// `2 errors, 1 warning in acme.yml`, or `in 3 files`; nil when there is nothing to count.
    package var closingLine: String? {
        let unique = inOrder
        let errors = unique.count { $0.severity == .error }
        let warnings = unique.count - errors
        guard !unique.isEmpty else { return nil }

        let counts = [counted(errors, "error"), counted(warnings, "warning")].compactMap(\.self)
        let files = Set(unique.compactMap { $0.primary.map { Text($0.range.file) } })
        let place =
            switch files.count {
            case 0: ""
            // What has no place in a file is not in that one.
            case 1 where unique.contains { $0.primary == nil }: ""
            case 1: " in " + cleaned(files.first?.string ?? "")
            default: " in \(files.count) files"
            }
        return counts.joined(separator: ", ") + place
    }

    private func counted(_ count: Int, _ noun: String) -> String? {
        count == 0 ? nil : "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}

/// What makes two diagnostics the same to a reader.
private struct Identity: Hashable {
    let code: DiagnosticCode
    let message: Text
    let range: SourceRange?

    init(_ diagnostic: Diagnostic) {
        code = diagnostic.code
        message = Text(diagnostic.message)
        range = diagnostic.primary?.range
    }
}
