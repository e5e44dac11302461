import Foundation
import Sandbox
import TestSupport
import Testing

/// The pages that show commands, run in a shell with the real binary.
@Suite(.tags(.binary)) struct ReadmeTests {
    @Test func `every command of the tour prints what the README says`() async throws {
        let seed = try #require(Seed.parse(Seed.exampleText, file: Seed.exampleFile).0)

        try await withSandbox(seed: seed, options: SandboxServer.Options(clock: .manual)) { sandbox in
            try await ConsolePage("README.md").expectItsOutput(
                in: ConsolePage.root,
                environment: ["CF_API": sandbox.url, "CF_USERNAME": "admin", "CF_PASSWORD": "admin"]
            )
        }
    }

    @Test func `every command about the sandbox prints what its page says`() async throws {
        let page = try ConsolePage("docs/sandbox.md")

        try await withFolder { folder in
            try page.writeFiles(into: folder)
            try await page.expectItsOutput(in: folder)
        }
    }

    @Test func `every command about what runs prints what its page says`() async throws {
        let page = try ConsolePage("docs/status.md")

        try await withFolder { folder in
            try page.writeFiles(into: folder)
            try await page.expectItsOutput(in: folder)
        }
    }
}
