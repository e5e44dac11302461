import Foundation
import Sandbox
import TestSupport
import Testing

/// A token goes to the API's own host, and nowhere else, whatever an answer says.
@Suite(.tags(.socket)) struct OtherHostTests {
    private static let manifest = """
        storefront:
          metadata: {labels: {team: web}}
          processes: {web: {instances: 3, command: bin/other}}
          tasks: {migrate: {command: bin/migrate}}
        """

    @Test(arguments: [300, 301, 302, 303, 307, 308], ["GET", "PATCH", "POST"])
    func `a redirect of any kind leads nowhere`(_ status: Int, _ method: String) async throws {
        try await RecordingServer.run { other, url in
            try await withStage(over: .socket) { stage in
                try stage.write(Self.manifest)
                await stage.sandbox.addFault(
                    Fault(method: method, path: "/v3/*", times: nil, Self.redirect(status, to: url))
                )

                let run = await stage.run("apply", "--yes")

                #expect(run.status == 1, "\(run)")
                #expect(run.error.contains("which is never followed"), "\(run)")
                #expect(other.requests.isEmpty, "\(other.requests)")
            }
        }
    }

    @Test(arguments: [302, 307])
    func `nor does one of the token endpoint or of the API's root`(_ status: Int) async throws {
        try await RecordingServer.run { other, url in
            for path in ["/oauth/token", "/"] {
                try await withStage(over: .socket) { stage in
                    try stage.write(Self.manifest)
                    await stage.sandbox.addFault(
                        Fault(path: path, times: nil, Self.redirect(status, to: url + "/oauth/token"))
                    )

                    let run = await stage.run("plan")

                    #expect(run.status == 1, "\(run)")
                    #expect(other.requests.isEmpty, "\(other.requests)")
                }
            }
        }
    }

    @Test func `the next page is asked of the API, wherever the link leads`() async throws {
        try await RecordingServer.run { other, url in
            try await withStage(over: .socket) { stage in
                try stage.write("storefront: {processes: {web: {instances: 3}}}")
                let list = try await stage.json("/v3/spaces")
                let link = #""next":{"href":"\#(url)/v3/spaces?page=2&per_page=1"}"#
                let linked = list.replacing(#/"next": ?null/#, with: link)
                    .replacing(#/"total_results": ?2/#, with: #""total_results":5001"#)
                    .replacing(#/"total_pages": ?1/#, with: #""total_pages":2"#)
                #expect(linked.contains(url))
                await stage.sandbox.addFault(
                    Fault(
                        method: "GET",
                        path: "/v3/spaces",
                        times: 1,
                        .answer(status: 200, headers: [], body: Array(linked.utf8))
                    )
                )

                let run = await stage.run("plan")

                let pages = await stage.sandbox.journal().map(\.path).filter { $0.hasPrefix("/v3/spaces?") }
                #expect(pages.contains { $0.contains("&page=2") }, "\(pages) \(run)")
                #expect(other.requests.isEmpty, "\(other.requests)")
                #expect(run.status <= 1, "\(run)")
            }
        }
    }

    @Test func `links of the API's root to itself are not followed elsewhere with a token`() async throws {
        try await RecordingServer.run { other, url in
            try await withStage(over: .socket) { stage in
                try stage.write("storefront: {processes: {web: {instances: 3}}}")
                let api = stage.sandbox.url
                // The token endpoint is where the API says, that is how Cloud Foundry works; the API is not.
                let root = """
                    {"links":{"self":{"href":"\(url)"},"cloud_controller_v3":{"href":"\(url)/v3","meta":{"version":"3.180.0"}},\
                    "login":{"href":"\(api)"},"uaa":{"href":"\(api)"}}}
                    """
                await stage.sandbox.addFault(
                    Fault(path: "/", times: nil, .answer(status: 200, headers: [], body: Array(root.utf8)))
                )

                let run = await stage.run("plan")

                #expect(run.status == 0, "\(run)")
                #expect(other.requests.isEmpty, "\(other.requests)")
            }
        }
    }

    private static func redirect(_ status: Int, to url: String) -> Fault.Trouble {
        .answer(status: status, headers: [("Location", url + "/v3/apps")], body: [])
    }
}
