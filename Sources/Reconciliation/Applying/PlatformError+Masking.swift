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
            ordered.reduce(words) { $0.replacing($1.value, with: $1.shown) }
        }
        var error = self
        error.cause = cause.map(hidden)
        error.messages = messages.map {
            APIMessage(title: hidden($0.title), code: $0.code, detail: hidden($0.detail))
        }
        return error
    }
}
