import Benchmark
import Sandbox

/// What the sandbox does over a socket, its client in the same process.
func sandboxBenchmarks() {
    Benchmark("sandbox: list 20 000 processes, per_page=5000") { benchmark, served in
        try await withConnection(to: served.port) { connection in
            benchmark.startMeasurement()
            for page in 1...4 {
                let answer = try await connection.send(
                    "GET",
                    "/v3/processes?per_page=5000&page=\(page)",
                    token: served.token
                )
                try expect(answer.status == 200 && answer.bytes > 1_000_000, "page \(page): \(answer)")
            }
            benchmark.stopMeasurement()
        }
    } setup: {
        try await ServedSandbox(apps: 10_000)
    } teardown: {
    }

    Benchmark(
        "sandbox: 1000 PATCHes of processes from 10 connections",
        configuration: .init(scalingFactor: .kilo)
    ) { benchmark, served in
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<10 {
                group.addTask {
                    try await withConnection(to: served.port) { connection in
                        for number in 0..<100 {
                            let answer = try await connection.send(
                                "PATCH",
                                "/v3/processes/web-\(worker * 100 + number + 1)",
                                token: served.token,
                                body:
                                    #"{"command":"bin/serve --port \#(number)","metadata":{"labels":{"n":"\#(number)"}}}"#
                            )
                            try expect(answer.status == 200, "\(answer)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    } setup: {
        try await ServedSandbox(apps: 10_000)
    } teardown: {
    }
}

/// A sandbox with apps of two processes each, listening.
struct ServedSandbox: Sendable {
    let port: Int
    let token: String

    init(apps: Int) async throws {
        let seed = """
            users: [{name: admin, password: admin, scopes: [cloud_controller.admin]}]
            organizations:
              - name: acme
                spaces:
                  - name: production
                    apps:
                      - name: app-((i))
                        repeat: \(apps)
                        guid: web-((i))
                        processes:
                          - {type: web, command: bin/serve, health_check: {type: http, data: {endpoint: /health}}}
                          - {type: worker, command: bin/work}
            """
        guard let parsed = Seed.parse(seed, file: "-").0 else { throw Unexpected(what: "the seed cannot be read") }
        let server = SandboxServer(seed: parsed)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        // lives as long as the benchmark's process
        Task { try await server.run { port in continuation.yield(port) } }
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next(), let token = await server.store.accessToken(for: "admin") else {
            throw Unexpected(what: "the sandbox does not listen")
        }
        self.port = port
        self.token = token
    }
}

/// A measurement of something that went wrong would mean nothing.
struct Unexpected: Error {
    let what: String
}

func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
    guard condition else { throw Unexpected(what: what()) }
}
