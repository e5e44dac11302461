import Diagnostics
import YAML

/// What the keys of a manifest of `cf push` are called here, and what their values become.
///
/// The keys are those of `cloud_controller_ng app/messages/app_manifest_message.rb` and
/// `app/messages/manifest_process_scale_message.rb`, with those of older manifests.
enum PushKeys {
    /// What to write in place of an unknown key, an imperative; nil for a key that `cf push` does not have either.
    static func help(for key: Text, _ value: Node, in table: KeyTable) -> String? {
        let name = String(key.string.lowercased().map { $0 == "-" ? "_" : $0 })
        if let setting = setting(name, scalar(value)) { return placed(setting, in: table) }
        guard ["app", "process", "manifest"].contains(table.name) else { return nil }
        switch name {
        case "docker", "docker_image":
            let image = name == "docker" ? mapped("image", value) : scalar(value)
            let words = "`droplet: {image: \(image?.excerpt ?? "...")}`"
            return table.name == "app" ? "write \(words)" : "write \(words) below the name of the app"
        case "name":
            return
                "write the name of the app as a key below `apps`: `apps: {\(scalar(value)?.excerpt ?? "NAME"): {...}}`"
        case "type" where table.name == "process":
            return "write the type of the process as a key: `processes: {\(scalar(value)?.excerpt ?? "web"): {...}}`"
        case _ where unmanaged.contains(name):
            return "remove it and leave it to `cf push`: Evenkeel does not manage it"
        default: return nil
        }
    }

    private static let unmanaged: Set<String> = [
        "buildpack", "buildpacks", "stack", "env", "routes", "route", "random_route", "no_route", "default_route",
        "services",
        "sidecars", "path", "lifecycle", "features", "host", "hosts", "domain", "domains", "no_hostname", "inherit",
        "cnb_credentials",
    ]

    /// A key of a process or task with its value; a check's key has the check before it.
    private struct Setting {
        var check: String?
        let key: String
        let value: String
        var isOfTasks = false
    }

    private static func setting(_ name: String, _ value: Text?) -> Setting? {
        switch name {
        case "memory", "memory_mb", "mem": return size("memory_in_mb", value, unit: megabyte)
        case "disk_quota", "disk", "disk_mb": return size("disk_in_mb", value, unit: megabyte)
        case "log_rate_limit", "log_rate_limit_per_second":
            return size("log_rate_limit_in_bytes_per_second", value, unit: 1)
        case "timeout": return Setting(check: "health_check", key: "timeout", value: seconds(value))
        default: break
        }
        for (prefix, check) in [
            ("readiness_health_check_", "readiness_health_check"), ("health_check_", "health_check"),
        ]
        where name.hasPrefix(prefix) {
            switch name.dropFirst(prefix.count) {
            case "type": return Setting(check: check, key: "type", value: checkType(value))
            case "http_endpoint", "endpoint":
                return Setting(check: check, key: "type", value: "http, endpoint: \(value?.excerpt ?? "/...")")
            case "invocation_timeout": return Setting(check: check, key: "invocation_timeout", value: seconds(value))
            case "interval": return Setting(check: check, key: "interval", value: seconds(value))
            case "timeout" where check == "health_check":
                return Setting(check: check, key: "timeout", value: seconds(value))
            default: return nil
            }
        }
        return nil
    }

    private static func size(_ key: String, _ value: Text?, unit: Int) -> Setting {
        let number = value.flatMap { Sizes.bytes($0) }.map { $0 < 0 ? -1 : $0 / unit }
        let isNegative = value.map { $0.string.hasPrefix("-") } ?? false
        let plain = value.flatMap { Numbers.whole($0) }
        let shown = (isNegative ? nil : plain) ?? number
        return Setting(key: key, value: shown.map(String.init) ?? "...", isOfTasks: true)
    }

    private static let megabyte = 1_048_576

    private static func seconds(_ value: Text?) -> String {
        guard let value else { return "..." }
        return Numbers.seconds(value).map(String.init) ?? (Numbers.hasDigitsOnly(value) ? value.excerpt : "...")
    }

    private static func checkType(_ value: Text?) -> String {
        guard let value else { return "..." }
        return value.caseFolded == "none" ? "process" : value.caseFolded.excerpt
    }

    private static func placed(_ setting: Setting, in table: KeyTable) -> String? {
        let pair = "\(setting.key): \(setting.value)"
        switch (table.name, setting.check) {
        case ("process", nil): return "write `\(pair)`"
        case ("process", let check?): return "write `\(check): {\(pair)}`"
        case ("app", nil): return "it is a key of a process: write `processes: {web: {\(pair)}}`"
        case ("app", let check?): return "it is a key of a process: write `processes: {web: {\(check): {\(pair)}}}`"
        case ("task", nil) where setting.isOfTasks: return "write `\(pair)`"
        case (let name, let check?) where name == check: return "write `\(pair)`"
        default: return nil
        }
    }

    private static func scalar(_ node: Node) -> Text? {
        if case .scalar(let scalar) = node, !scalar.isEmpty, !Variables.hold(scalar.text) { scalar.text } else { nil }
    }

    private static func mapped(_ key: Text, _ node: Node) -> Text? {
        guard case .mapping(let mapping) = node else { return nil }
        return mapping.entries.first { $0.key.text == key }.flatMap { scalar($0.value) }
    }
}

/// Sizes with a unit, as `cf push` takes them: `512M`, `1G`, `16K`.
enum Sizes {
    /// In bytes, where a number has no unit, too; -1 for `unlimited`, and nil for anything else.
    static func bytes(_ text: Text) -> Int? {
        let word = String(text.string.uppercased().filter { $0 != " " })
        if word == "UNLIMITED" || word == "-1" { return -1 }
        let digits = word.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        guard let factor = factors[String(word.dropFirst(digits.count))], let number = Double(digits) else {
            return nil
        }
        return Int(exactly: (number * Double(factor)).rounded())
    }

    private static let factors: [String: Int] = {
        var factors = ["": 1, "B": 1]
        for (index, letter) in ["K", "M", "G", "T"].enumerated() {
            for end in ["", "B", "IB"] { factors[letter + end] = 1 << (10 * (index + 1)) }
        }
        return factors
    }()
}
