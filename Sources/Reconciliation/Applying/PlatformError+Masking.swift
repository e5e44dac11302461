import Diagnostics

extension PlatformError {
    /// The error with the values of masked fields taken out of what the server said: it may quote what it refuses.
    func masking(_ fields: [DeclaredField]) -> PlatformError {
        let secrets: [(value: String, shown: String)] = fields.compactMap { declared in
            guard let masked = declared.masked, case .text(let text) = declared.value, !text.isEmpty else { return nil }
            return (text.string, masked.string)
        }
        guard !secrets.isEmpty else { return self }
        // The longest first: one value may be a part of another.
        let ordered = secrets.sorted { $0.value.utf8.count > $1.value.utf8.count }
        let hidden = { (words: String) in
            ordered.reduce(words) { words, secret in
                let (value, shown) = (secret.value.unicodeScalars, secret.shown.unicodeScalars)
                return String(words.unicodeScalars.replacing(value, with: shown))
            }
        }
        var error = self
        error.cause = cause.map(hidden)
        error.messages = messages.map {
            APIMessage(title: hidden($0.title), code: $0.code, detail: hidden($0.detail))
        }
        return error
    }
}
