import Testing

@testable import Sandbox

/// Manifests of the server's own kind, as far as they make and set processes.
@Suite struct ManifestTests {
    private static let path = "/v3/spaces/\(SmallFoundation.production)/actions/apply_manifest"
    private let store = Store(seed: SmallFoundation.seed, options: .testing)

    private func apply(
        _ manifest: String,
        as user: String? = "dev",
        type: String = "application/x-yaml"
    ) async -> Received {
        var headers = [(name: "Content-Type", value: type)]
        if let user, let token = await store.accessToken(for: user) {
            headers.append(("Authorization", "bearer \(token)"))
        }
        let request = IncomingRequest("POST", Self.path, headers: headers, body: Array(manifest.utf8))
        let answer = await store.answer(request)
        return Received(
            status: answer.status,
            json: (try? JSONParser.parse(answer.body)) ?? .null,
            headers: answer.headers,
            body: String(decoding: answer.body, as: UTF8.self)
        )
    }

    private func process(_ type: String) async -> Received {
        await store.send("GET", "/v3/apps/\(SmallFoundation.storefront)/processes/\(type)")
    }

    private func events() async -> [String] {
        let answer = await store.send("GET", "/v3/audit_events?target_guids=\(SmallFoundation.storefront)&per_page=100")
        return (answer["resources"]?.list ?? []).compactMap { event -> String? in
            guard let type = event["type"]?.text else { return nil }
            let isOfManifest = if case .bool(true) = event["data"]?["manifest_triggered"] { true } else { false }
            return isOfManifest ? "\(type) by a manifest" : type
        }
    }

    /// Of the job that an answer names.
    private func state(_ answer: Received) async throws -> String? {
        let job = try #require(answer.header("location")?.split(separator: "/").last)
        return await store.send("GET", "/v3/jobs/\(job)")["state"]?.text
    }

    @Test func `a process of a new type is made with its command, and the job ends by the clock`() async throws {
        let manifest =
            "applications:\n- name: storefront\n  processes:\n  - {type: clock, command: bin/tick, instances: 2}\n"

        let answer = await apply(manifest)

        #expect(answer.status == 202)
        let job = try #require(answer.header("location")?.split(separator: "/").last)
        #expect(await store.send("GET", "/v3/jobs/\(job)")["state"]?.text == "PROCESSING")
        await store.advance(by: 2)
        let ended = await store.send("GET", "/v3/jobs/\(job)")
        #expect(ended["state"]?.text == "COMPLETE")
        #expect(ended["operation"]?.text == "space.apply_manifest")
        let clock = await process("clock")
        #expect(clock["command"]?.text == "bin/tick")
        #expect(clock["instances"]?.integer == 2)
        #expect(clock["health_check.type"]?.text == "process")
        #expect(
            await events().suffix(4) == [
                "audit.app.apply_manifest", "audit.app.process.create by a manifest",
                "audit.app.process.update by a manifest", "audit.app.process.scale by a manifest",
            ]
        )
    }

    @Test(arguments: ["null", "~", "'null'", "default"])
    func `some words and null take a command away`(_ command: String) async {
        let worker = "/v3/processes/\(SmallFoundation.worker)"
        _ = await store.send("PATCH", worker, #"{"command": "bin/other"}"#)

        _ = await apply("applications: [{name: Storefront, processes: [{type: worker, command: \(command)}]}]")

        #expect(await store.send("GET", worker)["command"]?.text != "bin/other")
    }

    @Test func `what is not taken is refused, not ignored`() async {
        #expect(await apply("applications: [{name: storefront, memory: 1G}]").detail?.contains("'memory'") == true)
        let unknown = await apply("applications: [{name: nobody, processes: []}]")
        #expect(unknown.status == 422)
        #expect(await apply("applications: {").status == 400)
        #expect(await apply("version: 1").status == 422)
        #expect(await apply("applications: []", type: "application/json").status == 400)
        #expect(await apply("applications: []", as: "supporter").status == 403)
        #expect(await apply("applications: []", as: nil).status == 401)
        #expect(await store.send("GET", "/v3/jobs/\(SmallFoundation.missing)").status == 404)
    }

    @Test func `a deployment in flight makes the job fail for web, and for no other type`() async throws {
        _ = await store.send(
            "POST",
            "/v3/deployments",
            #"{"relationships": {"app": {"data": {"guid": "\#(SmallFoundation.storefront)"}}}}"#
        )

        let web = await apply("applications: [{name: storefront, processes: [{type: web, instances: 1}]}]")
        let worker = await apply("applications: [{name: storefront, processes: [{type: worker, instances: 1}]}]")

        await store.advance(by: 2)
        #expect(try await state(web) == "FAILED")
        #expect(try await state(worker) == "COMPLETE")
    }
}
