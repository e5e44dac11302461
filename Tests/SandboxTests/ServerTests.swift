import Testing

@testable import Sandbox

@Suite struct ServerTests {
    @Test(arguments: [true, false])
    func `the same requests are answered in process and over a socket`(isLive: Bool) async throws {
        let store = Store(seed: SmallFoundation.seed, options: .testing)

        if isLive {
            try await SandboxClient.overSocket(store) { client in
                try await Self.ask(client)
                let head = try await client.send("HEAD", "/")
                #expect(head.status == 200)
                #expect(head.body.isEmpty)
            }
        } else {
            try await Self.ask(SandboxClient.inProcess(store))
        }
    }

    private static func ask(_ client: SandboxClient) async throws {
        let grant = try await client.send(
            "POST",
            "/oauth/token",
            headers: [("Authorization", "Basic Y2Y6"), ("Content-Type", "application/x-www-form-urlencoded")],
            "grant_type=password&username=dev&password=dev"
        )
        let token = try JSONParser.parse(grant.body)["access_token"]?.text ?? ""
        let list = try await client.send("GET", "/v3/apps", headers: [("Authorization", "bearer \(token)")])

        #expect(grant.status == 200)
        #expect(list.status == 200)
        #expect(try JSONParser.parse(list.body)["pagination"]?["total_results"]?.integer == 3)
        #expect(list.header("Content-Type") == "application/json; charset=utf-8")
    }

    @Test func `a body that is too long is refused, and the next request is answered`() async throws {
        let store = Store(seed: SmallFoundation.seed, options: .testing)

        let statuses = try await SandboxClient.overSocket(store) { client in
            let long = [UInt8](repeating: 0x20, count: 15 * 1024 * 1024 + 1)
            return [try await client.send("POST", "/v3/apps", long).status, try await client.send("GET", "/").status]
        }

        #expect(statuses == [413, 200])
    }

    @Test func `links and the token endpoint carry the port that is listened on`() async throws {
        try await withSandbox(seed: SmallFoundation.seed) { sandbox in
            let root = await sandbox.store.send("GET", "/", as: nil)

            #expect(root["links.login.href"]?.text == sandbox.url)
            #expect(root["links.cloud_controller_v3.meta.version"]?.text == "3.228.0")
        }
    }
}
