import Diagnostics
import Manifest
import TestSupport
import Testing

/// What the language allows and refuses, with the places of the complaints.
struct LanguageRuleTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let marked: String
        let expected: [String]

        /// `app` is the content of the app `a`, in flow style or indented by four.
        init(_ name: String, _ app: String, _ expected: String...) {
            testDescription = name
            marked = "version: 1\norganization: o\nspace: s\napps:\n  a:\n    \(app)\n"
            self.expected = expected
        }

        static func document(_ name: String, _ marked: String, _ expected: String...) -> Case {
            Case(name: name, marked: marked, expected: expected)
        }

        private init(name: String, marked: String, expected: [String]) {
            testDescription = name
            self.marked = marked
            self.expected = expected
        }
    }

    @Test(arguments: [
        Case("nothing", "{}"),
        Case("every mapping empty", "{metadata: {}, droplet: {}, processes: {}, tasks: {}}"),
        Case(
            "empty checks",
            "processes: {web: {health_check: {}, readiness_health_check: {}, metadata: {labels: {}}}}"
        ),
        Case(
            "text of any spelling",
            "metadata: {labels: {a: NO, b: 1.10, c: 0x10, d: 2026-11-01, e: yes, f: ''}}"
        ),
        Case("a text that is not null", "metadata: {annotations: {a: \"null\", b: 'null', c: NULL, d: \"~\"}}"),
        Case("labels cleared", "metadata: {labels: {a: null, example.org/b: ~}, annotations: {c: null}}"),
        Case("numbers in quotes", "processes: {web: {instances: '3', memory_in_mb: \"512\", disk_in_mb: 0064}}"),
        Case("no instances", "processes: {web: {instances: 0}}"),
        Case(
            "the largest numbers",
            "processes: {web: {instances: 2147483647, log_rate_limit_in_bytes_per_second: 9223372036854775807}}"
        ),
        Case("one too large", "processes: {web: {instances: 1️⃣2147483648}}", "1️⃣ invalid-value"),
        Case(
            "one too large for 64 bits",
            "processes: {web: {log_rate_limit_in_bytes_per_second: 1️⃣9223372036854775808}}",
            "1️⃣ invalid-value"
        ),
        Case("unlimited", "processes: {web: {log_rate_limit_in_bytes_per_second: -1}}"),
        Case("a number with a plus", "processes: {web: {instances: 1️⃣+3}}", "1️⃣ invalid-value"),
        Case("a number with a blank", "processes: {web: {instances: 1️⃣'3 '}}", "1️⃣ invalid-value"),
        Case("digits of another script", "processes: {web: {instances: 1️⃣٣}}", "1️⃣ invalid-value"),
        Case(
            "times cleared",
            "processes: {web: {health_check: {timeout: null, invocation_timeout: ~, interval: null}}}"
        ),
        Case("a command cleared", "processes: {web: {command: null}}"),
        Case("a band", "processes: {web: {instances: {min: 2, max: 2}}}"),
        Case("a band upside down", "processes: {web: {instances: {min: 1️⃣3, max: 2}}}", "1️⃣ conflicting-keys"),
        Case("a band that lacks a bound", "processes: {web: {1️⃣instances: {max: 2}}}", "1️⃣ missing-key"),
        Case("a check of a type", "processes: {web: {health_check: {type: port}}}"),
        Case("a check with times only", "processes: {web: {health_check: {timeout: 60}}}"),
        Case("http without endpoint", "processes: {web: {health_check: {type: 1️⃣http, timeout: 5}}}", "1️⃣ missing-key"),
        Case("an endpoint alone", "processes: {web: {health_check: {1️⃣endpoint: /x}}}", "1️⃣ conflicting-keys"),
        Case(
            "an endpoint beside a broken type",
            "processes: {web: {health_check: {type: 1️⃣htp, endpoint: /x}}}",
            "1️⃣ invalid-value"
        ),
        Case(
            "http beside a broken endpoint",
            "processes: {web: {health_check: {type: http, endpoint: 1️⃣x}}}",
            "1️⃣ invalid-value"
        ),
        Case("a readiness timeout", "processes: {web: {readiness_health_check: {1️⃣timeout: 5}}}", "1️⃣ unknown-key"),
        Case("type none", "processes: {web: {health_check: {type: 1️⃣none}}}", "1️⃣ invalid-value"),
        Case("a timeout beyond the usual", "processes: {web: {health_check: {timeout: 1️⃣181}}}", "1️⃣ unusual-value"),
        Case("a usual timeout", "processes: {web: {health_check: {timeout: 180, interval: 900}}}"),
        Case("a disk beyond the usual", "tasks: {t: {command: x, disk_in_mb: 1️⃣2049}}", "1️⃣ unusual-value"),
        Case("the usual user in another case", "processes: {web: {user: VCAP}}"),
        Case("another user", "tasks: {t: {command: x, user: 1️⃣root}}", "1️⃣ unusual-value"),
        Case("a process without a type", "processes: {1️⃣'': {}}", "1️⃣ invalid-value"),
        Case(
            "a long type",
            "processes: {1️⃣\(String(repeating: "é", count: 256)): {}, \(String(repeating: "é", count: 255)): {}}",
            "1️⃣ invalid-value"
        ),
        Case(
            "a long command",
            "processes: {web: {command: 1️⃣\(String(repeating: "x", count: 4097))}}",
            "1️⃣ invalid-value"
        ),
        Case("a command of the greatest length", "processes: {web: {command: \(String(repeating: "é", count: 4096))}}"),
        Case("a command of blanks", "processes: {web: {command: 1️⃣\" \\t\\n\"}}", "1️⃣ invalid-value"),
        Case("the command default", "processes: {web: {command: 1️⃣default}}", "1️⃣ invalid-value"),
        Case("a task's command default", "tasks: {t: {command: default}}"),
        Case("a NUL in an annotation", "metadata: {annotations: {a: 1️⃣\"x\\0\"}}", "1️⃣ invalid-value"),
        Case("a NUL in a name", "tasks: {1️⃣\"x\\0\": {command: x}}", "1️⃣ invalid-value"),
        Case(
            "an unprintable task name",
            "tasks: {1️⃣\"x\\ty\": {command: x}, \"x y\u{e9}\u{1F600}\": {command: x}}",
            "1️⃣ invalid-value"
        ),
        Case("a task without anything", "tasks: {1️⃣t: {}}", "1️⃣ missing-key"),
        Case("a task with a template", "tasks: {t: {template: {process: web}}}"),
        Case("a task with both", "tasks: {t: {template: {process: web}, command: x}}"),
        Case("a template without a process", "tasks: {t: {1️⃣template: {}}}", "1️⃣ missing-key"),
        Case("a canceled task", "tasks: {t: {state: canceled}}"),
        Case(
            "the other keys of a canceled task",
            "tasks: {t: {state: canceled, retries: 1️⃣11, 2️⃣comand: x}}",
            "1️⃣ invalid-value",
            "2️⃣ unknown-key"
        ),
        Case("a command that cannot be null", "tasks: {t: {command: 1️⃣null}}", "1️⃣ null-not-allowed"),
        Case("waits", "tasks: {t: {command: x, wait: true}, u: {command: x, wait: {timeout: 2h}}}"),
        Case("a wait without its time", "tasks: {t: {command: x, 1️⃣wait: {}}}", "1️⃣ missing-key"),
        Case("no wait", "tasks: {t: {command: x, wait: 1️⃣false}}", "1️⃣ invalid-value"),
        Case(
            "durations",
            "tasks: {t: {command: x, wait: {timeout: 1️⃣600}}, u: {command: x, wait: {timeout: 2️⃣1h30m}}}",
            "1️⃣ invalid-value",
            "2️⃣ invalid-value"
        ),
        Case(
            "a duration without end",
            "tasks: {t: {command: x, wait: {timeout: 1️⃣9999999999999999h}}}",
            "1️⃣ invalid-value"
        ),
        Case("a revision", "tasks: {t: {command: x, revision: 2, retries: 10, when: before_rollout, run: once}}"),
        Case("revision zero", "tasks: {t: {command: x, revision: 1️⃣0}}", "1️⃣ invalid-value"),
        Case("the short rollout", "rollout: restart"),
        Case("a rollout in flight", "rollout: {strategy: rolling, max_in_flight: 5, timeout: 90s}"),
        Case("in flight without rolling", "rollout: {strategy: none, 1️⃣max_in_flight: 5}", "1️⃣ conflicting-keys"),
        Case("another rollout", "rollout: 1️⃣canary", "1️⃣ invalid-value"),
        Case("a rollout as a list", "1️⃣rollout: [rolling]", "1️⃣ wrong-type"),
        Case("protected", "protected: true"),
        Case("protected in quotes", "protected: 'false'"),
        Case("protected otherwise", "protected: 1️⃣True", "1️⃣ invalid-value"),
        Case("restage", "droplet: {image: 'a/b:1', image_update: restage}"),
        Case("no image", "droplet: {image: 1️⃣null}", "1️⃣ null-not-allowed"),
        Case("label keys", "metadata: {labels: {a: x, A.b_c-1: x, e.org/a: x, ops.cloudfoundry.org/a: x}}"),
        Case(
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
        Case(
            "reserved keys",
            "metadata: {labels: {1️⃣cloudfoundry.org/a: x}, annotations: {2️⃣Evenkeel.dev/a: x}}",
            "1️⃣ reserved-key",
            "2️⃣ reserved-key"
        ),
        Case(
            "bad label values",
            "metadata: {labels: {a: 1️⃣-x, b: 2️⃣x y, c: 3️⃣\(String(repeating: "x", count: 64))}}",
            "1️⃣ invalid-value",
            "2️⃣ invalid-value",
            "3️⃣ invalid-value"
        ),
        Case(
            "a long annotation",
            "metadata: {annotations: {a: \(String(repeating: "x", count: 5000)), b: 1️⃣\(String(repeating: "x", count: 5001))}}",
            "1️⃣ invalid-value"
        ),
        Case("a label that is a mapping", "metadata: {labels: {1️⃣a: {b: c}}}", "1️⃣ wrong-type"),
        Case("another kind of metadata", "metadata: {1️⃣label: {}}", "1️⃣ unknown-key"),
        Case("extensions only at the top", "1️⃣x-anchor: {}", "1️⃣ unknown-key"),
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
    ])
    func `a rule`(_ example: Case) {
        let marked = MarkedYAML(example.marked)
        let input = ManifestInput(paths: ["-"], standardInput: { Array(marked.text.utf8) })

        #expect(marked.found(readManifests(input).diagnostics) == example.expected)
    }

    @Test(arguments: [
        "app", "library/app", "app:1.0", "localhost/app", "localhost:5000/app:x",
        "registry.example.org/a/b-c/d_e/f__g.h:V1.0-x",
        "registry.example.org:443/app@sha256:\(String(repeating: "0a", count: 32))",
        "app:1@sha256:\(String(repeating: "f", count: 64))",
        "Registry.Example.org/app", "a---b", "127.0.0.1:5000/app",
    ])
    func `an image reference`(_ image: String) {
        #expect(TextRule.image.fault(in: Text(image), shown: image) == nil)
    }

    @Test(arguments: [
        "", "App", "registry/App", "/app", "app/", "a//b", "app:", "app:-x", "app::1", "app@", "app@sha256:00",
        "https://r.example/app",
        "app@sha256:\(String(repeating: "0A", count: 32))", "app@md5:\(String(repeating: "0", count: 32))", "a b",
        "app:\(String(repeating: "x", count: 129))",
        "user@registry.example/app", "user:pw@registry.example/app:1", "-app", "app-", "a..b", "a___b",
        "r.example:port/app", "app\n", "é",
        "r.example/\(String(repeating: "x", count: 246))",
        "app@sha256:\(String(repeating: "0", count: 64))@sha256:\(String(repeating: "0", count: 64))",
    ])
    func `no image reference`(_ image: String) {
        #expect(TextRule.image.fault(in: Text(image), shown: image) != nil)
    }
}
