import Diagnostics
import Foundation
import Manifest
import Reconciliation
import TestSupport
import Testing

struct FileTests {
    @Test func `folders are walked, sorted, without hidden files and links to folders`() throws {
        try withFolder { folder in
            for name in [
                "b.yml", "a.yaml", "c.txt", ".hidden.yml", ".git/x.yml", "sub/d.yml", "sub/e.yml.bak", "z.yml/f.yml",
            ] {
                try write(manifest(app: name), to: "\(folder)/\(name)")
            }
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "\(folder)/sub")

            let reading = readManifests(ManifestInput(paths: [folder]))

            #expect(reading.diagnostics.map(\.severity) == [.warning])
            #expect(reading.diagnostics.first?.message == "`\(folder)/link` is a link to a folder, which is not read")
            #expect(names(reading) == ["a.yaml", "b.yml", "sub/d.yml", "z.yml/f.yml"])
            #expect(reading.state.apps.map { $0.app.origin.file }.sorted().first == "\(folder)/a.yaml")
        }
    }

    @Test func `names of manifests end in any case`() throws {
        try withFolder { folder in
            for name in ["a.YML", "b.Yaml", "sub/c.YAML", "d.ymlx"] {
                try write(manifest(app: name), to: "\(folder)/\(name)")
            }

            let reading = readManifests(ManifestInput(paths: [folder]))

            #expect(reading.diagnostics == [])
            #expect(names(reading) == ["a.YML", "b.Yaml", "sub/c.YAML"])
        }
    }

    @Test func `a folder that is named through a link is walked, and a link to a file is read`() throws {
        try withFolder { folder in
            try write(manifest(app: "one"), to: "\(folder)/real/one.yml")
            try write(manifest(app: "two"), to: "\(folder)/two.txt")
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "\(folder)/real")
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/real/two.yml",
                withDestinationPath: "\(folder)/two.txt"
            )

            let reading = readManifests(ManifestInput(paths: ["\(folder)/link/"]))

            #expect(reading.diagnostics == [])
            #expect(names(reading) == ["one", "two"])
        }
    }

    @Test func `a file that is named twice is read once`() throws {
        try withFolder { folder in
            try write(manifest(app: "one"), to: "\(folder)/one.yml")

            let paths = [folder, "\(folder)/one.yml", "\(folder)/./one.yml", folder]
            let reading = readManifests(ManifestInput(paths: paths))

            #expect(reading.diagnostics == [])
            #expect(names(reading) == ["one"])
        }
    }

    @Test(arguments: [
        (["*.draft.yml"], ["a.yml", "sub/b.yml", "sub/deep/c.yml"]),
        (["sub"], ["a.draft.yml", "a.yml"]),
        (["sub/*"], ["a.draft.yml", "a.yml"]),
        (["sub/*.yml"], ["a.draft.yml", "a.yml", "sub/deep/c.yml"]),
        (["sub/**/*.yml"], ["a.draft.yml", "a.yml"]),
        (["**/deep"], ["a.draft.yml", "a.yml", "sub/b.draft.yml", "sub/b.yml"]),
        (["?.yml"], ["a.draft.yml", "sub/b.draft.yml"]),
        (["a.yml", "deep/", "*.draft.*"], ["sub/b.yml"]),
    ])
    func `globs leave files and folders out`(_ globs: [String], _ expected: [String]) throws {
        try withFolder { folder in
            for name in ["a.yml", "a.draft.yml", "sub/b.yml", "sub/b.draft.yml", "sub/deep/c.yml"] {
                try write(manifest(app: name), to: "\(folder)/\(name)")
            }

            let reading = readManifests(ManifestInput(paths: [folder], excludes: globs))

            #expect(reading.diagnostics == [])
            #expect(names(reading).map(\.string) == expected)
        }
    }

    @Test func `what cannot be read is said of each path`() throws {
        try withFolder { folder in
            try write(manifest(app: "good"), to: "\(folder)/d/good.yml")
            let dangling = "\(folder)/d/dangling.yml"
            try FileManager.default.createSymbolicLink(atPath: dangling, withDestinationPath: "\(folder)/gone")
            try FileManager.default.createDirectory(atPath: "\(folder)/empty.yml", withIntermediateDirectories: true)
            #expect(mkfifo("\(folder)/d/pipe.yml", 0o600) == 0)
            try write("", to: "\(folder)/zero.yml")

            let paths = ["d", "gone.yml", "empty.yml", "zero.yml"].map { "\(folder)/\($0)" }
            let reading = readManifests(ManifestInput(paths: paths))

            #expect(
                reading.diagnostics.map { "\($0.code.rawValue) \($0.message)" }.map {
                    $0.replacingOccurrences(of: folder + "/", with: "")
                } == [
                    "empty-file `zero.yml` is empty",
                    "unreadable-file cannot read `gone.yml`",
                    "unreadable-file cannot read `d/dangling.yml`",
                    "unreadable-file cannot read `d/pipe.yml`",
                    "no-manifests no manifests in `empty.yml`",
                ]
            )
            #expect(names(reading) == ["good"])
        }
    }

    @Test func `a pipe is read to its end`() throws {
        try withFolder { folder in
            let pipe = "\(folder)/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            let writer = Process()
            writer.executableURL = URL(filePath: "/bin/sh")
            writer.arguments = ["-c", "printf '%s' \"$1\" > \"$2\"", "sh", manifest(app: "piped"), pipe]
            try writer.run()

            let reading = readManifests(ManifestInput(paths: [pipe]))
            writer.waitUntilExit()

            #expect(reading.diagnostics == [])
            #expect(names(reading) == ["piped"])
        }
    }

    @Test func `a device without end is cut off`() {
        let reading = readManifests(ManifestInput(paths: ["/dev/zero"]))

        #expect(reading.diagnostics.map(\.code) == [.unreadableFile])
        #expect(reading.diagnostics.first?.details == [.note("it is larger than 100 MB")])
    }

    @Test func `so does standard input`() {
        let reading = readManifests(
            ManifestInput(
                paths: ["-"],
                standardInput: { [UInt8](repeating: 0x20, count: ManifestInput.largestFile + 1) }
            )
        )

        #expect(reading.diagnostics.map(\.code) == [.unreadableFile])
        #expect(reading.diagnostics.first?.details == [.note("it is larger than 100 MB")])
    }

    @Test func `nothing left to read is an error`() throws {
        try withFolder { folder in
            try write(manifest(app: "one"), to: "\(folder)/one.yml")

            let input = ManifestInput(paths: ["\(folder)/one.yml"], excludes: ["one.*"])

            #expect(readManifests(input).diagnostics.map(\.code) == [.noManifests])
            #expect(readManifests(ManifestInput(paths: [])).diagnostics.map(\.code) == [.noManifests])
        }
    }

    @Test func `standard input is read once and can be closed`() {
        var count = 0
        let input = ManifestInput(
            paths: ["-", "-"],
            standardInput: {
                count += 1
                return Array(manifest(app: "one").utf8)
            }
        )

        #expect(names(readManifests(input)) == ["one"])
        #expect(count == 1)
        #expect(readManifests(ManifestInput(paths: ["-"])).diagnostics.map(\.code) == [.unreadableFile])
    }

    @Test func `documents and files of one space are merged, the first gives its place`() throws {
        try withFolder { folder in
            let second = "---\nversion: 1\norganization: O\nspace: S\napi: https://a.example\napps: {c: {}, a: {}}\n"
            try write(manifest(app: "b") + second, to: "\(folder)/1.yml")
            try write("version: 1\norganization: o\nspace: other\napps: {b: {}}\n", to: "\(folder)/2.yml")
            try write("version: 1\norganization: o\nspace: s\nmanager: m\napps: {d: {}}\n", to: "\(folder)/3.yml")

            let reading = readManifests(ManifestInput(paths: [folder]))

            #expect(reading.diagnostics == [])
            #expect(
                reading.state.spaces.map { [$0.organization.value, $0.space.value] } == [["o", "other"], ["o", "s"]]
            )
            #expect(reading.state.spaces[1].apps.map(\.name) == ["a", "b", "c", "d"])
            #expect(reading.state.spaces[1].apps.map { $0.manager?.value } == [nil, nil, nil, "m"])
            #expect(reading.state.spaces[1].space.origin.file == "\(folder)/1.yml")
            #expect(reading.state.pins.map(\.urls) == [["https://a.example"]])
        }
    }

    private func names(_ reading: ManifestReading) -> [Text] {
        reading.state.apps.map(\.app.name)
    }
}

private func manifest(app: String) -> String {
    "version: 1\norganization: o\nspace: s\napps: {\(app): {}}\n"
}
