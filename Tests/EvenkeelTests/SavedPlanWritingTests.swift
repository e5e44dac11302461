import Foundation
import Sandbox
import TestSupport
import Testing

@testable import evenkeel

/// Where `plan --out` writes, and what becomes of what stands there.
@Suite(.tags(.binary)) struct SavedPlanWritingTests {
    /// Runs lines in a shell that knows `evenkeel` and the sandbox.
    private func run(_ lines: String..., on stage: Stage) async throws -> (status: Int32, output: String) {
        let binary = try #require(Binary.url)
        return try await shell(
            [
                "export CF_API=\(stage.sandbox.url) CF_USERNAME=dev CF_PASSWORD=dev",
                "evenkeel() { '\(binary.path)' \"$@\"; }",
            ] + lines,
            in: stage.folder
        )
    }

    private func withManifest(_ body: (Stage) async throws -> Void) async throws {
        try await withStage(over: .socket) { stage in
            try stage.write(SavedPlanTests.manifest)
            try await body(stage)
        }
    }

    private func files(_ stage: Stage) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: stage.folder.path).sorted()
    }

    @Test func `a plan that does not fit leaves the one before it as it was`() async throws {
        try await withManifest { stage in
            let first = try await run("evenkeel plan acme.yml --out plan.json", on: stage)
            #expect(first.status == 0, "\(first)")

            let second = try await run(
                "cp plan.json before.json",
                "(trap '' XFSZ; ulimit -f 1; evenkeel plan acme.yml --out plan.json) || echo \"exit status $?\"",
                "cmp plan.json before.json",
                "evenkeel show plan.json | tail -n 1",
                on: stage
            )

            #expect(second.status == 0, "\(second)")
            #expect(second.output.contains("error[plan-not-saved]"), "\(second)")
            #expect(second.output.contains("the file cannot be written: file too large"), "\(second)")
            #expect(second.output.contains("exit status 1"), "\(second)")
            #expect(!second.output.contains("Saved"), "\(second)")
            #expect(try files(stage) == ["acme.yml", "before.json", "plan.json"])
        }
    }

    @Test func `where the output goes no plan is saved`() async throws {
        try await withManifest { stage in
            let run = try await run(
                "evenkeel plan acme.yml --out /dev/stdout || echo \"exit status $?\"",
                "test -L /dev/stdout",
                "evenkeel plan acme.yml --out out.json >out.json || echo \"exit status $?\"",
                on: stage
            )

            #expect(run.status == 0, "\(run)")
            #expect(run.output.components(separatedBy: "it is where the output goes").count == 3, "\(run)")
            #expect(run.output.components(separatedBy: "exit status 1").count == 3, "\(run)")
        }
    }

    @Test func `pipes and devices are written to and stay what they are`() async throws {
        try await withManifest { stage in
            let run = try await run(
                "mkfifo pipe",
                "cat pipe >copy.json & reader=$!",
                "evenkeel plan acme.yml --out pipe",
                "wait $reader",
                "test -p pipe",
                "evenkeel plan acme.yml --out /dev/null >/dev/null",
                "test -c /dev/null",
                "evenkeel apply --plan copy.json",
                on: stage
            )

            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("Applied 5 of 5 operations."), "\(run)")
        }
    }

    @Test func `a plan is written for its owner alone`() throws {
        try withFolder { folder in
            let path = folder + "/plan.json"
            #expect(Console.process.writeFile(path, "old") == nil)
            #expect(Console.process.writeFile(path, "new") == nil)

            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["plan.json"])
        }
    }

    @Test func `a link stays, and what it leads to is replaced`() throws {
        try withFolder { folder in
            let files = FileManager.default
            try files.createDirectory(atPath: folder + "/kept", withIntermediateDirectories: true)
            #expect(Console.process.writeFile(folder + "/kept/plan.json", "old") == nil)
            try files.createSymbolicLink(atPath: folder + "/plan.json", withDestinationPath: "kept/plan.json")
            try files.createSymbolicLink(atPath: folder + "/astray.json", withDestinationPath: "nowhere.json")

            #expect(Console.process.writeFile(folder + "/plan.json", "new") == nil)
            #expect(Console.process.writeFile(folder + "/astray.json", "new") == "the link leads nowhere")
            #expect(Console.process.writeFile(folder + "/kept", "new") == "it is a folder")
            #expect(Console.process.writeFile(folder + "/no/plan.json", "new") == "no such file or directory")

            #expect(try files.destinationOfSymbolicLink(atPath: folder + "/plan.json") == "kept/plan.json")
            #expect(try String(contentsOfFile: folder + "/kept/plan.json", encoding: .utf8) == "new")
            #expect(try files.contentsOfDirectory(atPath: folder + "/kept") == ["plan.json"])
            #expect(!files.fileExists(atPath: folder + "/nowhere.json"))
        }
    }
}
