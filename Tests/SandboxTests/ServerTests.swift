import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Sandbox

@Suite struct ServerTests {
    @Test(arguments: [true, false])
    func `the same requests are answered in process and over a socket`(isLive: Bool) async throws {
        let server = SandboxServer(seed: SmallFoundation.seed, options: .testing)

        try await server.application().test(isLive ? .live : .router) { client in
            let form = ByteBuffer(string: "grant_type=password&username=dev&password=dev")
            let headers: HTTPFields = [.authorization: "Basic Y2Y6", .contentType: "application/x-www-form-urlencoded"]
            let grant = try await client.execute(uri: "/oauth/token", method: .post, headers: headers, body: form)
            let token = try JSONParser.parse(Array(buffer: grant.body))["access_token"]?.text ?? ""
            let list = try await client.execute(
                uri: "/v3/apps",
                method: .get,
                headers: [.authorization: "bearer \(token)"]
            )
            let head = try await client.execute(uri: "/", method: .head)

            #expect(grant.status == .ok)
            #expect(list.status == .ok)
            #expect(try JSONParser.parse(Array(buffer: list.body))["pagination"]?["total_results"]?.integer == 3)
            #expect(list.headers[.contentType] == "application/json; charset=utf-8")
            #expect(head.status == .ok)
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test func `links and the token endpoint carry the port that is listened on`() async throws {
        try await withSandbox(seed: SmallFoundation.seed) { sandbox in
            let root = await sandbox.store.send("GET", "/", as: nil)

            #expect(root["links.login.href"]?.text == sandbox.url)
            #expect(root["links.cloud_controller_v3.meta.version"]?.text == "3.228.0")
        }
    }
}
