package import Diagnostics
import YAML

extension Fault {
    /// Reads faults as `--faults` and `POST /sandbox/faults` take them, YAML or JSON: one mapping, or a list of them.
    ///
    /// `file` is the name that diagnostics carry. Without faults nothing is wrong with an empty text.
    package static func parse(_ text: String, file: String) -> ([Fault], [Diagnostic]) {
        let parsed = YAML.parse(text, file: file)
        guard parsed.diagnostics.isEmpty, let document = parsed.documents.first else { return ([], parsed.diagnostics) }
        var reader = SeedReader()
        let items: [Node]
        if case .list(let list) = document { items = list.items } else { items = [document] }
        var faults: [Fault] = []
        var diagnostics: [Diagnostic] = []
        for item in items {
            guard let value = reader.read(item, as: .mapping(kind), at: "the document") else { continue }
            if let fault = Fault(SeedValue(value)) {
                faults.append(fault)
            } else {
                diagnostics.append(.faultWithoutTrouble(item))
            }
        }
        diagnostics += reader.diagnostics
        return (diagnostics.isEmpty ? faults : [], diagnostics)
    }

    static let kind = SeedKind(
        "fault",
        [
            SeedKey("method", .text), SeedKey("path", .text, isRequired: true), SeedKey("query", .map(.text)),
            SeedKey("when", .choice(Moment.allCases.map(\.rawValue))), SeedKey("skip", .number(0 ... .max)),
            SeedKey("times", .number(0 ... .max), allowsNull: true), SeedKey("percent", .number(1...100)),
            SeedKey("seed", .number(0 ... .max)),
        ],
        [
            SeedKey("status", .number(100...599)), SeedKey("headers", .map(.text)), SeedKey("body", .text),
            SeedKey("content_type", .text), SeedKey("reset", .flag), SeedKey("truncate", .flag),
            SeedKey("never", .flag), SeedKey("runtime", .choice(["down", "refusing"])),
            SeedKey("delay_seconds", .number(0...2_147_483_647)),
        ]
    )

    private init?(_ value: SeedValue) {
        guard let trouble = Trouble(value) else { return nil }
        self.init(
            method: value["method"].text,
            path: value["path"].text ?? "",
            query: value["query"].members.map { ($0.name, $0.value.text ?? "") },
            moment: value["when"].text.flatMap(Moment.init) ?? .beforeCommit,
            skip: value["skip"].number ?? 0,
            times: value.has("times") || value.has("percent") ? value["times"].number : 1,
            chance: value["percent"].number.map { Chance(percent: $0, seed: value["seed"].number ?? 0) },
            trouble
        )
    }
}

extension Fault.Trouble {
    /// The first of `status`, `reset`, `truncate`, `never`, `runtime`, `delay_seconds`; nil when there is none.
    fileprivate init?(_ value: SeedValue) {
        if let status = value["status"].number {
            var headers = value["headers"].members.map { (name: $0.name, value: $0.value.text ?? "") }
            let body = value["body"].text
            let type = body.map { $0.hasPrefix("{") ? Answer.jsonType : "text/plain; charset=utf-8" }
            if let type = value["content_type"].text ?? type { headers.append(("Content-Type", type)) }
            self = .answer(status: status, headers: headers, body: Array((body ?? "").utf8))
        } else if value["reset"].flag == true {
            self = .reset
        } else if value["truncate"].flag == true {
            self = .truncated
        } else if value["never"].flag == true {
            self = .never
        } else if let mode = value["runtime"].text.flatMap(RuntimeState.Mode.init) {
            self = .runtime(mode)
        } else if let seconds = value["delay_seconds"].number {
            self = .slow(seconds: seconds)
        } else {
            return nil
        }
    }
}

extension Diagnostic {
    fileprivate static func faultWithoutTrouble(_ node: Node) -> Diagnostic {
        Diagnostic(
            .error,
            .missingKey,
            "a fault needs one of `status`, `reset`, `truncate`, `never`, `runtime`, `delay_seconds`",
            at: Annotation(node.range)
        )
    }
}
