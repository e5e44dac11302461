import TestSupport
import Testing

/// Manifests that keep or break one rule, with the places of what is wrong.
struct ManifestExample: CustomTestStringConvertible {
    let testDescription: String
    let marked: String
    let expected: [String]

    /// `app` is the content of the app `a`, in flow style or indented by four.
    init(_ name: String, _ app: String, _ expected: String...) {
        testDescription = name
        marked = "version: 1\norganization: o\nspace: s\napps:\n  a:\n    \(app)\n"
        self.expected = expected
    }

    static func document(_ name: String, _ marked: String, _ expected: String...) -> ManifestExample {
        ManifestExample(name: name, marked: marked, expected: expected)
    }

    private init(name: String, marked: String, expected: [String]) {
        testDescription = name
        self.marked = marked
        self.expected = expected
    }

    static let all: [ManifestExample] = [
        ManifestExample("nothing", "{}"),
        ManifestExample("every mapping empty", "{metadata: {}, droplet: {}, processes: {}, tasks: {}}"),
        ManifestExample(
            "empty checks",
            "processes: {web: {health_check: {}, readiness_health_check: {}, metadata: {labels: {}}}}"
        ),
        ManifestExample(
            "text of any spelling",
            "metadata: {labels: {a: NO, b: 1.10, c: 0x10, d: 2026-11-01, e: yes, f: ''}}"
        ),
        ManifestExample(
            "a text that is not null",
            "metadata: {annotations: {a: \"null\", b: 'null', c: NULL, d: \"~\"}}"
        ),
        ManifestExample("labels cleared", "metadata: {labels: {a: null, example.org/b: ~}, annotations: {c: null}}"),
        ManifestExample(
            "numbers in quotes",
            "processes: {web: {instances: '3', memory_in_mb: \"512\", disk_in_mb: 0064}}"
        ),
        ManifestExample("no instances", "processes: {web: {instances: 0}}"),
        ManifestExample(
            "the largest numbers",
            "processes: {web: {instances: 2147483647, log_rate_limit_in_bytes_per_second: 9223372036854775807}}"
        ),
        ManifestExample("one too large", "processes: {web: {instances: 1️⃣2147483648}}", "1️⃣ invalid-value"),
        ManifestExample(
            "one too large for 64 bits",
            "processes: {web: {log_rate_limit_in_bytes_per_second: 1️⃣9223372036854775808}}",
            "1️⃣ invalid-value"
        ),
        ManifestExample("unlimited", "processes: {web: {log_rate_limit_in_bytes_per_second: -1}}"),
        ManifestExample("a number with a plus", "processes: {web: {instances: 1️⃣+3}}", "1️⃣ invalid-value"),
        ManifestExample("a number with a blank", "processes: {web: {instances: 1️⃣'3 '}}", "1️⃣ invalid-value"),
        ManifestExample("digits of another script", "processes: {web: {instances: 1️⃣٣}}", "1️⃣ invalid-value"),
        ManifestExample(
            "times cleared",
            "processes: {web: {health_check: {timeout: null, invocation_timeout: ~, interval: null}}}"
        ),
        ManifestExample("a command cleared", "processes: {web: {command: null}}"),
        ManifestExample("a band", "processes: {web: {instances: {min: 2, max: 2}}}"),
        ManifestExample("a band upside down", "processes: {web: {instances: {min: 1️⃣3, max: 2}}}", "1️⃣ conflicting-keys"),
        ManifestExample("a band that lacks a bound", "processes: {web: {1️⃣instances: {max: 2}}}", "1️⃣ missing-key"),
        ManifestExample("a check of a type", "processes: {web: {health_check: {type: port}}}"),
        ManifestExample("a check with times only", "processes: {web: {health_check: {timeout: 60}}}"),
        ManifestExample(
            "http without endpoint",
            "processes: {web: {health_check: {type: 1️⃣http, timeout: 5}}}",
            "1️⃣ missing-key"
        ),
        ManifestExample("an endpoint alone", "processes: {web: {health_check: {1️⃣endpoint: /x}}}", "1️⃣ conflicting-keys"),
        ManifestExample(
            "an endpoint beside a broken type",
            "processes: {web: {health_check: {type: 1️⃣htp, endpoint: /x}}}",
            "1️⃣ invalid-value"
        ),
        ManifestExample(
            "http beside a broken endpoint",
            "processes: {web: {health_check: {type: http, endpoint: 1️⃣x}}}",
            "1️⃣ invalid-value"
        ),
        ManifestExample(
            "a readiness timeout",
            "processes: {web: {readiness_health_check: {1️⃣timeout: 5}}}",
            "1️⃣ unknown-key"
        ),
        ManifestExample("type none", "processes: {web: {health_check: {type: 1️⃣none}}}", "1️⃣ invalid-value"),
        ManifestExample(
            "a timeout beyond the usual",
            "processes: {web: {health_check: {timeout: 1️⃣181}}}",
            "1️⃣ unusual-value"
        ),
        ManifestExample("a usual timeout", "processes: {web: {health_check: {timeout: 180, interval: 900}}}"),
        ManifestExample("a disk beyond the usual", "tasks: {t: {command: x, disk_in_mb: 1️⃣2049}}", "1️⃣ unusual-value"),
        ManifestExample("the usual user in another case", "processes: {web: {user: VCAP}}"),
        ManifestExample("another user", "tasks: {t: {command: x, user: 1️⃣root}}", "1️⃣ unusual-value"),
        ManifestExample("a process without a type", "processes: {1️⃣'': {}}", "1️⃣ invalid-value"),
        ManifestExample(
            "a long type",
            "processes: {1️⃣\(String(repeating: "é", count: 256)): {}, \(String(repeating: "é", count: 255)): {}}",
            "1️⃣ invalid-value"
        ),
        ManifestExample(
            "a long command",
            "processes: {web: {command: 1️⃣\(String(repeating: "x", count: 4097))}}",
            "1️⃣ invalid-value"
        ),
        ManifestExample(
            "a command of the greatest length",
            "processes: {web: {command: \(String(repeating: "é", count: 4096))}}"
        ),
        ManifestExample("a command of blanks", "processes: {web: {command: 1️⃣\" \\t\\n\"}}", "1️⃣ invalid-value"),
        ManifestExample("the command default", "processes: {web: {command: 1️⃣default}}", "1️⃣ invalid-value"),
        ManifestExample("a task's command default", "tasks: {t: {command: default}}"),
        ManifestExample("a NUL in an annotation", "metadata: {annotations: {a: 1️⃣\"x\\0\"}}", "1️⃣ invalid-value"),
        ManifestExample("a NUL in a name", "tasks: {1️⃣\"x\\0\": {command: x}}", "1️⃣ invalid-value"),
        ManifestExample(
            "an unprintable task name",
            "tasks: {1️⃣\"x\\ty\": {command: x}, \"x y\u{e9}\u{1F600}\": {command: x}}",
            "1️⃣ invalid-value"
        ),
        ManifestExample("a task without anything", "tasks: {1️⃣t: {}}", "1️⃣ missing-key"),
        ManifestExample("a task with a template", "tasks: {t: {template: {process: web}}}"),
        ManifestExample("a task with both", "tasks: {t: {template: {process: web}, command: x}}"),
        ManifestExample("a template without a process", "tasks: {t: {1️⃣template: {}}}", "1️⃣ missing-key"),
        ManifestExample("a canceled task", "tasks: {t: {state: canceled}}"),
        ManifestExample(
            "the other keys of a canceled task",
            "tasks: {t: {state: canceled, retries: 1️⃣11, 2️⃣comand: x}}",
            "1️⃣ invalid-value",
            "2️⃣ unknown-key"
        ),
        ManifestExample("a command that cannot be null", "tasks: {t: {command: 1️⃣null}}", "1️⃣ null-not-allowed"),
        ManifestExample("waits", "tasks: {t: {command: x, wait: true}, u: {command: x, wait: {timeout: 2h}}}"),
        ManifestExample("a wait without its time", "tasks: {t: {command: x, 1️⃣wait: {}}}", "1️⃣ missing-key"),
        ManifestExample("no wait", "tasks: {t: {command: x, wait: 1️⃣false}}", "1️⃣ invalid-value"),
        ManifestExample(
            "durations",
            "tasks: {t: {command: x, wait: {timeout: 1️⃣600}}, u: {command: x, wait: {timeout: 2️⃣1h30m}}}",
            "1️⃣ invalid-value",
            "2️⃣ invalid-value"
        ),
        ManifestExample(
            "a duration without end",
            "tasks: {t: {command: x, wait: {timeout: 1️⃣9999999999999999h}}}",
            "1️⃣ invalid-value"
        ),
        ManifestExample(
            "a duration of nothing",
            "tasks: {t: {command: x, wait: {timeout: 1️⃣0s}}, u: {command: x, wait: {timeout: 2️⃣00m}}}",
            "1️⃣ invalid-value",
            "2️⃣ invalid-value"
        ),
        ManifestExample("the shortest duration", "rollout: {strategy: restart, timeout: 01s}"),
        ManifestExample(
            "a revision",
            "tasks: {t: {command: x, revision: 2, retries: 10, when: before_rollout, run: once}}"
        ),
        ManifestExample("revision zero", "tasks: {t: {command: x, revision: 1️⃣0}}", "1️⃣ invalid-value"),
        ManifestExample("the short rollout", "rollout: restart"),
        ManifestExample("a rollout in flight", "rollout: {strategy: rolling, max_in_flight: 5, timeout: 90s}"),
        ManifestExample(
            "in flight without rolling",
            "rollout: {strategy: none, 1️⃣max_in_flight: 5}",
            "1️⃣ conflicting-keys"
        ),
        ManifestExample("another rollout", "rollout: 1️⃣canary", "1️⃣ invalid-value"),
        ManifestExample("a rollout as a list", "1️⃣rollout: [rolling]", "1️⃣ wrong-type"),
        ManifestExample("protected", "protected: true"),
        ManifestExample("protected in quotes", "protected: 'false'"),
        ManifestExample("protected otherwise", "protected: 1️⃣True", "1️⃣ invalid-value"),
        ManifestExample("restage", "droplet: {image: 'a/b:1', image_update: restage}"),
        ManifestExample("no image", "droplet: {image: 1️⃣null}", "1️⃣ null-not-allowed"),
        ManifestExample("label keys", "metadata: {labels: {a: x, A.b_c-1: x, e.org/a: x, ops.cloudfoundry.org/a: x}}"),
        ManifestExample(
            "bad label keys",
            "metadata: {labels: {1️⃣-a: x, 2️⃣a/b: x, 3️⃣e.org/a/b: x, 4️⃣\(String(repeating: "a", count: 64)): x, 5️⃣é: x, 6️⃣e.org/: x, 7️⃣-e.org/a: x, 8️⃣/a: x}}",
            "1️⃣ invalid-value",
            "2️⃣ invalid-value",
            "3️⃣ invalid-value",
            "4️⃣ invalid-value",
            "5️⃣ invalid-value",
            "6️⃣ invalid-value",
            "7️⃣ invalid-value",
            "8️⃣ invalid-value"
        ),
        ManifestExample(
            "reserved keys",
            "metadata: {labels: {1️⃣cloudfoundry.org/a: x}, annotations: {2️⃣Evenkeel.dev/a: x}}",
            "1️⃣ reserved-key",
            "2️⃣ reserved-key"
        ),
        ManifestExample(
            "bad label values",
            "metadata: {labels: {a: 1️⃣-x, b: 2️⃣x y, c: 3️⃣\(String(repeating: "x", count: 64))}}",
            "1️⃣ invalid-value",
            "2️⃣ invalid-value",
            "3️⃣ invalid-value"
        ),
        ManifestExample(
            "a long annotation",
            "metadata: {annotations: {a: \(String(repeating: "x", count: 5000)), b: 1️⃣\(String(repeating: "x", count: 5001))}}",
            "1️⃣ invalid-value"
        ),
        ManifestExample("a label that is a mapping", "metadata: {labels: {1️⃣a: {b: c}}}", "1️⃣ wrong-type"),
        ManifestExample("another kind of metadata", "metadata: {1️⃣label: {}}", "1️⃣ unknown-key"),
        ManifestExample("extensions only at the top", "1️⃣x-anchor: {}", "1️⃣ unknown-key"),
        .document(
            "extensions are not read",
            "x-a: {b: 1️⃣!!str c, d: }\nversion: 1\norganization: o\nspace: s\napps: {}\nx-b:\n",
            "1️⃣ unsupported-tag"
        ),
        .document(
            "a merged process",
            "x-a: &a {instances: 1}\nversion: 1\norganization: o\nspace: s\napps: {a: {processes: {web: {<<: *a, user: vcap}}}}\n"
        ),
        .document("no apps", "1️⃣version: 1\norganization: o\nspace: s\n", "1️⃣ missing-key"),
        .document("another version", "version: 1️⃣2\norganization: o\nspace: s\napps: {}\n", "1️⃣ invalid-value"),
        .document("version in quotes", "version: '1'\norganization: o\nspace: s\napps: {}\n"),
        .document(
            "several URLs",
            "version: 1\napi: [https://a.example, 'http://b.example:8080/']\norganization: o\nspace: s\napps: {}\n"
        ),
        .document(
            "bad URLs",
            "version: 1\napi: [1️⃣ftp://a, 2️⃣'https://', 3️⃣https://a/v3, 4️⃣'https://a:b', 5️⃣'https://u:p@a', {}]\norganization: o\nspace: s\napps: {}\n",
            "2:1 wrong-type",
            "1️⃣ invalid-value",
            "2️⃣ invalid-value",
            "3️⃣ invalid-value",
            "4️⃣ invalid-value",
            "5️⃣ invalid-value"
        ),
        .document("no URL", "version: 1\napi: 1️⃣[]\norganization: o\nspace: s\napps: {}\n", "1️⃣ invalid-value"),
        .document("a manager", "version: 1\norganization: o\nspace: s\nmanager: a-1\napps: {}\n"),
        .document(
            "a long manager",
            "version: 1\norganization: o\nspace: s\nmanager: 1️⃣\(String(repeating: "a", count: 41))\napps: {}\n",
            "1️⃣ invalid-value"
        ),
        .document(
            "an organization without a name",
            "version: 1\norganization: 1️⃣''\nspace: s\napps: {}\n",
            "1️⃣ invalid-value"
        ),
        .document(
            "the same app twice in another case",
            "version: 1\norganization: o\nspace: s\napps:\n  a: {}\n  1️⃣A: {}\n",
            "1️⃣ duplicate-resource"
        ),
        .document(
            "windows line ends",
            "version: 1\r\norganization: o\r\nspace: s\r\napps:\r\n  a:\r\n    1️⃣proceses: {}\r\n",
            "1️⃣ unknown-key"
        ),
    ]
}
