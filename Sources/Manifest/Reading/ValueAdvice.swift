import Diagnostics
import YAML

/// What to write in place of a value that is written in another language's form, an imperative.
enum ValueAdvice {
    /// Of a scalar; nil where nothing can be said.
    static func help(for text: Text, as kind: ValueKind, _ key: String) -> String? {
        switch kind {
        case .number(let range): number(text, in: range, key)
        case .either(let kind, _): help(for: text, as: kind, key)
        case .boolean: boolean(text).map { "write `\($0)`" }
        case .duration where Numbers.hasDigitsOnly(text) && !text.string.hasPrefix("-") && !key.isEmpty:
            "write `\(key): \(text.excerpt)s`, with the unit"
        case .choice(let choices) where text.caseFolded == "none" && choices.contains("process"):
            "write `\(key): process`: nothing but the process is looked at, which is what `none` was"
        default: nil
        }
    }

    private static func number(_ text: Text, in range: ClosedRange<Int>, _ key: String) -> String? {
        guard !key.isEmpty, !Numbers.hasDigitsOnly(text) else { return nil }
        let number: Int?
        switch key {
        case "memory_in_mb", "disk_in_mb": number = Sizes.bytes(text).flatMap { $0 > 0 ? $0 / 1_048_576 : nil }
        case "log_rate_limit_in_bytes_per_second": number = Sizes.bytes(text)
        case "timeout", "invocation_timeout", "interval": number = Numbers.seconds(text)
        default: number = nil
        }
        guard let number, range.contains(number) else { return nil }
        return "write `\(key): \(number)`"
    }

    private static func boolean(_ text: Text) -> Bool? {
        switch text.caseFolded {
        case "true", "yes", "on", "y": true
        case "false", "no", "off", "n": false
        default: nil
        }
    }

    /// Of a scalar, mapping or list of the wrong shape.
    static func help(for node: Node, as kind: ValueKind, _ subject: ValueReader.Subject) -> String? {
        switch (kind, node) {
        case (.names(let table), .list):
            return
                "write the name of each as its key: `\(subject.key): {\(table.noun.split(separator: " ").last ?? "name"): ...}`"
        case (.mapping(let table), .scalar(let scalar))
        where ["health_check", "readiness_health_check"].contains(table.name):
            let type = scalar.text.caseFolded == "none" ? "process" : scalar.text.caseFolded
            return ["http", "port", "process"].contains(type)
                ? "write `\(table.name): {type: \(type)\(type == "http" ? ", endpoint: /..." : "")}`" : nil
        case (.mapping(let table), .scalar(let scalar)) where table.name == "droplet" && !scalar.isEmpty:
            return "write `droplet: {image: \(scalar.text.excerpt)}`"
        case (.text, .list(let list)) where subject.key == "command" && list.items.count > 0:
            return "write it as one text, as for a shell"
        default: return nil
        }
    }
}
