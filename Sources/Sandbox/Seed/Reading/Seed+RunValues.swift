extension Seed.ProcessRun {
    init(_ value: SeedValue) {
        self.init(
            app: value["app"].text,
            type: value["type"].text,
            command: value["command"].text,
            image: value["image"].text,
            droplet: value["droplet"].text,
            instances: value.has("instances") ? value["instances"].items.compactMap(\.number) : nil,
            startSeconds: value.has("start_seconds") ? value["start_seconds"].number : 0,
            result: value["result"].text.flatMap(Result.init) ?? .running,
            details: value["details"].text
        )
    }
}

extension Seed.BuildRun {
    init(_ value: SeedValue) {
        let types = value["process_types"].members.map { ($0.name, $0.value.text ?? "") }
        self.init(
            value["image"].text ?? "",
            runSeconds: value.has("run_seconds") ? value["run_seconds"].number : 5,
            result: value["result"].text.flatMap(Result.init) ?? .staged,
            error: value["error"].text,
            processTypes: types.isEmpty ? [("web", "")] : types,
            executionMetadata: value["execution_metadata"].text ?? "",
            user: value["user"].text
        )
    }
}
