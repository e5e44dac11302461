import Diagnostics
import Foundation
import Manifest
import Reconciliation
import TestSupport
import Testing

struct VariableTests {
    @Test func `text is put into text before the field reads it`() throws {
        let process = try #require(
            declared("{instances: ((n)), command: 'run ((a))((a)) $((n + 1)) $((n)) ((no name))', user: '((u))'}")
        )

        #expect(process[.instances]?.value == .number(7))
        #expect(process[.command]?.value == .text("run xx $((n + 1)) $((n)) ((no name))"))
        #expect(process[.user]?.value == .text("vcap"))
    }

    @Test func `what a variable brings is not searched again`() throws {
        let process = try #require(declared("{command: ((nested))}"))

        #expect(process[.command]?.value == .text("((a))"))
    }

    @Test func `a variable never brings null, nothing or a mapping`() {
        let reading = read("processes: {web: {memory_in_mb: ((empty)), command: ((null)), metadata: ((map))}}")

        #expect(
            reading.diagnostics.map { "\($0.code.rawValue) \($0.message)" } == [
                "invalid-value `memory_in_mb` must be a whole number of 1 or more, not ``",
                "invalid-value `command` must not be the text `null`, which would be run as a program",
                "wrong-type `metadata` must be a mapping, not text",
            ]
        )
    }

    @Test func `an app's name takes variables, other names do not`() {
        let reading = read("tasks: {'((a))': {command: x}}", app: "((a))-1")

        #expect(reading.state.apps.map(\.app.name) == ["x-1"])
        #expect(reading.diagnostics.map(\.code) == [.invalidVariable])
    }

    @Test func `apps that substitution makes equal are declared twice`() {
        let reading = read("{}", app: "((a)): {}\n  x")

        #expect(reading.diagnostics.map(\.code) == [.duplicateResource])
    }

    @Test func `the place of an unset variable is exact where the text stands as it is`() {
        let cases = [
            "command: run 1️⃣((b)) x",
            "command: \"run 1️⃣((b)) x\"",
            "command: 1️⃣\"run \\t ((b)) x\"",
            "command: 1️⃣|\n          run ((b))\n",
            "command: é 1️⃣((b)) 2️⃣((c))",
        ]
        for text in cases {
            let marked = MarkedYAML(
                "version: 1\norganization: o\nspace: s\napps:\n  a:\n    processes:\n      web:\n        \(text)\n"
            )
            let reading = readManifests(ManifestInput(paths: ["-"], standardInput: { Array(marked.text.utf8) }))

            #expect(
                marked.found(reading.diagnostics) == marked.places.keys.sorted().map { "\($0) unresolved-variable" }
            )
        }
    }

    @Test func `files give values, later ones win, and the command line wins over all`() throws {
        try withFolder { folder in
            try write("one: file one\ntwo: file one\nthree: file one\nfour: NO\n", to: "\(folder)/1.yml")
            try write("two: file two\nthree: file two\nfour: 1.10\n", to: "\(folder)/2.yml")
            try write("three: secret\nfive: hidden\n", to: "\(folder)/s.yml")
            let text = "{command: ((one)) ((two)) ((three)) ((four)), user: ((five))}"

            let reading = readManifests(
                ManifestInput(
                    paths: ["-"],
                    variables: [("three", "flag"), ("six", "x"), ("six", "y")],
                    variableFiles: ["\(folder)/1.yml", "\(folder)/2.yml"],
                    secretFiles: ["\(folder)/s.yml"],
                    standardInput: { Array(manifest("processes: {web: \(text)}").utf8) }
                )
            )

            let fields = try #require(reading.state.apps.first?.app.processes.first?.fields)
            #expect(fields.map(\.value) == [.text("file one file two flag 1.10"), .text("hidden")])
            #expect(fields.map(\.masked) == [nil, "((five))"])
            #expect(reading.secrets == ["secret", "hidden"])
        }
    }

    @Test func `a secret is masked wherever it goes`() throws {
        try withFolder { folder in
            try write("n: 3\nlabel: hidden\n", to: "\(folder)/s.yml")
            let app = "{metadata: {labels: {a: 'x-((label))'}}, processes: {web: {instances: {min: ((n)), max: 5}}}}"

            let reading = readManifests(
                ManifestInput(
                    paths: ["-"],
                    secretFiles: ["\(folder)/s.yml"],
                    standardInput: { Array(manifest(app).utf8) }
                )
            )

            let declared = try #require(reading.state.apps.first?.app)
            #expect(declared.fields.map(\.masked) == ["x-((label))"])
            #expect(declared.fields.map(\.value) == [.text("x-hidden")])
            #expect(declared.processes[0].fields.map(\.masked) == ["{min: ((n)), max: 5}"])
        }
    }

    @Test func `a secret never shows in a diagnostic`() throws {
        try withFolder { folder in
            let secret = "hunter2 hunter2"
            try write(
                "s: \(secret)\nbad: [\(secret)]\n\(secret): x\ntag: !\(secret)\nopen: \"\(secret)\n",
                to: "\(folder)/s.yml"
            )
            let app = """
                metadata: {labels: {a: ((s)), b: '((s))'}, annotations: {evenkeel.dev/x: ((s))}}
                    protected: ((s))
                    rollout: ((s))
                    droplet: {image: ((s)), image_update: ((s))}
                    processes:
                      web: {instances: ((s)), memory_in_mb: ((s)), user: ((s)), health_check: {type: ((s)), endpoint: ((s)), timeout: ((s))}}
                    tasks: {t: {command: x, template: {process: ((s))}, run: ((s)), wait: {timeout: ((s))}, retries: ((s))}}
                  ((s)): {}
                """
            for open in [true, false] {
                if !open { try write("s: \(secret)\nbad: [\(secret)]\n", to: "\(folder)/s.yml") }
                let reading = readManifests(
                    ManifestInput(
                        paths: ["-"],
                        secretFiles: ["\(folder)/s.yml"],
                        standardInput: { Array(manifest(app).utf8) }
                    )
                )
                let rendered = DiagnosticRenderer(sources: reading.sources).render(reading.diagnostics)

                #expect(reading.diagnostics.count >= (open ? 1 : 15))
                #expect(!rendered.contains("hunter2"), "\(rendered)")
            }
        }
    }

    @Test func `files of variables are no manifests, however they are named`() throws {
        try withFolder { folder in
            try write("password: hunter2\n", to: "\(folder)/secrets.yml")
            try write("region: eu\n", to: "\(folder)/vars.yml")
            try write(manifest("processes: {web: {command: ((password)) ((region))}}"), to: "\(folder)/app.yml")

            let reading = readManifests(
                ManifestInput(
                    paths: [folder],
                    variableFiles: ["\(folder)/./vars.yml"],
                    secretFiles: ["\(folder)//secrets.yml"]
                )
            )

            #expect(reading.diagnostics == [])
            #expect(reading.state.apps.first?.app.processes.first?.fields.first?.value == .text("hunter2 eu"))
        }
    }

    @Test func `a variable of the command line that nobody uses is a slip`() {
        func reading(_ variables: [(String, String)], _ value: String) -> ManifestReading {
            let text = manifest("processes: {web: {instances: \(value)}}")
            return readManifests(
                ManifestInput(
                    paths: ["-"],
                    variables: variables,
                    refusesUnused: true,
                    standardInput: { Array(text.utf8) }
                )
            )
        }
        let slip = reading([("replicas", "3"), ("replicsa", "9")], "((replicas))").diagnostics

        #expect(slip.map(\.message) == ["no manifest uses the variable of `--var replicsa=...`"])
        #expect(slip.first?.details == [.help("did you mean `--var replicas=...`?")])
        #expect(reading([("replicas", "3")], "((replicas))").diagnostics == [])
        #expect(
            reading([("x", "3")], "2").diagnostics.first?.details == [
                .help("remove it: the manifests use no variables")
            ]
        )
    }

    @Test func `a list in a file of variables matters where it is used`() throws {
        try withFolder { folder in
            try write("n: 3\nhosts: [a, b]\nmap: {a: b}\nnone:\n", to: "\(folder)/vars.yml")
            func codes(_ value: String) throws -> [DiagnosticCode] {
                try write(manifest("processes: {web: {command: x ((n)), user: \(value)}}"), to: "\(folder)/a.yml")
                return readManifests(
                    ManifestInput(paths: ["\(folder)/a.yml"], variableFiles: ["\(folder)/vars.yml"])
                ).diagnostics.map(\.code)
            }

            #expect(try codes("vcap") == [])
            #expect(try codes("((hosts))") == [.invalidVariable])
            #expect(try codes("((none))((none))") == [.invalidVariable])
        }
    }

    @Test func `names of variables are checked`() {
        let reading = readManifests(
            ManifestInput(
                paths: ["-"],
                variables: [("a b", "x"), ("", "x"), ("a.b/c-d_1", "x")],
                standardInput: { Array(manifest("{}").utf8) }
            )
        )

        #expect(reading.diagnostics.map(\.code) == [.invalidVariable, .invalidVariable])
    }

    private func declared(_ text: String) -> [Field: DeclaredField]? {
        let reading = read("processes: {web: \(text)}")
        #expect(reading.diagnostics == [])
        guard let fields = reading.state.apps.first?.app.processes.first?.fields else { return nil }
        return Dictionary(fields.map { ($0.field, $0) }) { first, _ in first }
    }

    private func read(_ text: String, app: String = "a") -> ManifestReading {
        readManifests(
            ManifestInput(
                paths: ["-"],
                variables: [
                    ("n", "7"), ("a", "x"), ("u", "vcap"), ("nested", "((a))"), ("empty", ""), ("null", "null"),
                    ("map", "{a: b}"),
                ],
                standardInput: { Array(manifest(text, app: app).utf8) }
            )
        )
    }
}

private func manifest(_ text: String, app: String = "a") -> String {
    "version: 1\norganization: o\nspace: s\napps:\n  \(app):\n    \(text)\n"
}
