extension Diagnostic {
    /// The line that makes GitHub show the diagnostic beside the file in a pull request.
    ///
    /// Its form: <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>.
    package var workflowAnnotation: String {
        var properties: [String] = []
        if let range = primary?.range, range.file != "-" {
            properties = ["file=\(escaped(range.file, isProperty: true))"]
            properties += ["line=\(range.start.line)", "col=\(range.start.column)"]
        }
        let place = properties.isEmpty ? "" : " " + properties.joined(separator: ",")
        return "::\(severity.rawValue)\(place)::\(escaped("\(code.rawValue): \(message)", isProperty: false))"
    }
}

private func escaped(_ text: String, isProperty: Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar {
        case "%": result.append(contentsOf: "%25".unicodeScalars)
        case "\r": result.append(contentsOf: "%0D".unicodeScalars)
        case "\n": result.append(contentsOf: "%0A".unicodeScalars)
        case ":" where isProperty: result.append(contentsOf: "%3A".unicodeScalars)
        case "," where isProperty: result.append(contentsOf: "%2C".unicodeScalars)
        default: result.append(scalar)
        }
    }
    return cleaned(String(result))
}
