import Foundation
import Sandbox
import TestSupport
import Testing

@testable import evenkeel

/// A plan as text, JSON, Markdown and HTML, all from the same value.
@Suite struct PlanFormatTests {
    /// Names and values that mean something to Markdown, HTML or a terminal.
    private static let hostile = """
        storefront:
          metadata:
            annotations:
              a: "<script>alert(1)</script> | ` * _ [x](javascript:y) </pre> @everyone &amp; \\"quoted\\" 'single'"
              b: "line one\\nline two"
              c: "\\u001b[31mred \\u202e reversed"
          tasks:
            "</code><img src=x onerror=y>|@org/team `x`": {command: "echo </pre><b>"}
          processes: {web: {command: "bin/serve | tee <log>"}}
        """

    @Test(arguments: ["markdown", "html"])
    func `a plan with everything in it`(_ format: String) async throws {
        try await withStage(user: "admin") { stage in
            try stage.write(CommandGoldenTests.everything)
            expect(await stage.run("plan", "--format", format), "plan-\(format)")
        }
    }

    @Test(arguments: ["text", "json", "markdown", "html"])
    func `a saved plan is shown in every form as it was planned`(_ format: String) async throws {
        try await withStage(user: "admin") { stage in
            try stage.write(CommandGoldenTests.everything)
            let file = stage.folder.appending(path: "plan.json").path

            let plan = await stage.run("plan", "--out", file, "--format", format)
            let shown = await stage.command("show", file, "--format", format)

            #expect(shown.status == 0, "\(shown)")
            if format == "json" {
                let plans = try [plan, shown].map { try #require(object($0.output)["plan"] as? NSDictionary) }
                #expect(plans[0] == plans[1])
            } else {
                #expect(shown.output == plan.output)
            }
        }
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `nothing from users becomes markup`() async throws {
        try await withStage { stage in
            try stage.write(Self.hostile)

            let markdown = await stage.run("plan", "--format", "markdown").output
            let html = await stage.run("plan", "--format", "html").output

            for text in [markdown, html] {
                for forbidden in ["<script", "<img", "</pre><b>", "\u{1b}", "\u{202e}", "</code><img"] {
                    #expect(!text.contains(forbidden), "\(forbidden) in \(text)")
                }
            }
            #expect(html.components(separatedBy: "<pre>").count == html.components(separatedBy: "</pre>").count)
            let table = markdown.split(separator: "\n").filter { $0.hasPrefix("|") }
            #expect(table.count > 3)
            #expect(table.allSatisfy { $0.count { $0 == "|" } == 5 }, "\(table)")
            #expect(table.allSatisfy { !$0.contains("@") && !$0.contains("`") })
        }
    }

    /// Renderers look for these in the text that comes out of entities, too.
    @Test(arguments: [
        "www.evil.example", "WWW.evil.example", "me@evil.example", "@acme/owners", "acme/web#12", "GH-12", "!7",
        "https://evil.example", "mailto:me@evil.example", ":smile:", "deadbeefcafe", "wwww.evil.example",
    ])
    func `names are broken up where a link or a mention could be made of them`(_ name: String) throws {
        let text = Markup.escaped(name, isMarkdown: true)

        let pieces = text.components(separatedBy: "<!-- -->").map { piece in
            piece.replacing(#/&#([0-9]+);/#) { match in
                UInt32(match.output.1).flatMap(Unicode.Scalar.init).map { String($0) } ?? "?"
            }
        }
        #expect(pieces.joined() == name)
        let links = #/(?i)www\.|[a-z0-9._+-]+@[a-z0-9]|@[a-z]|#[0-9]|GH-[0-9]|![0-9]|:/|:[a-z]|[0-9a-f]{7}/#
        for piece in pieces { #expect(piece.firstMatch(of: links) == nil, "\(piece)") }
        #expect(Markup.escaped("a plain name, w/o links") == "a plain name, w/o links")
    }

    @Test func `the Markdown of a large plan fits into a comment, and says what is left out`() async throws {
        var seed = Seed.storefront
        seed.organizations[0].spaces[0].apps = (0..<600).map {
            Seed.App("app-\($0)", processes: [Seed.Process("web", instances: 1, memory: 256, disk: 512)])
        }
        try await withStage(seed: seed) { stage in
            let apps = (0..<600).map { "app-\($0): {metadata: {labels: {team: web, tier: frontend}}}" }
            try stage.write(apps.joined(separator: "\n"))

            let run = await stage.run("plan", "--format", "markdown")

            #expect(run.status == 0)
            #expect(run.output.unicodeScalars.count < 65_536)
            #expect(run.output.contains(#/Not shown here: [0-9]+ more/#), "\(run.output.suffix(300))")
            #expect(run.output.hasPrefix("### Plan: 0 tasks to run, 600 to update"))
            #expect(run.output.hasSuffix("</code>\n"))
        }
    }

    @Test func `warnings stand in the Markdown, too`() async throws {
        try await withStage(user: "auditor") { stage in
            try stage.write("storefront: {protected: true, processes: {web: {instances: 1}}}")
            let file = stage.folder.appending(path: "plan.json").path

            let plan = await stage.run("plan", "--format", "markdown", "--out", file)
            let html = await stage.command("show", file, "--format", "html")

            #expect(plan.output.contains("> warning"), "\(plan)")
            #expect(plan.output.contains("is protected, and this disturbs it"))
            #expect(plan.output.contains("needs space developer"))
            #expect(html.output.contains("<p class=\"warning\">warning[protected]: "), "\(html)")
        }
    }

    private func expect(_ run: Run, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
        Golden.expect(
            run.record,
            matches: "\(Golden.folder(beside: #filePath))/\(name).txt",
            sourceLocation: sourceLocation
        )
    }
}
