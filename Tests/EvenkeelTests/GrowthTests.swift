import Foundation
import TestSupport
import Testing

/// Reading costs as much as there is to read: counted in instructions of the binary, which are the same on every machine
/// however busy it is.
@Suite(.tags(.binary)) struct GrowthTests {
    /// Manifests of one shape and any size.
    struct Shape: Sendable, CustomStringConvertible {
        let description: String
        /// Things of the smaller of two sizes: so many that what grows with the square shows.
        ///
        /// A debug build takes more instructions for each thing, so that it takes more of them to show.
        var size = Effort.count(300, full: 3000)
        /// The files of so many things; none of them is a manifest without one.
        let files: @Sendable (Int) -> [String]
    }

    private static let head = "version: 1\norganization: acme\nspace: production\n"

    private static func one(_ text: String) -> [String] { [head + text] }

    private static let shapes = usualShapes + (Effort.isFull ? otherShapes : [])

    private static let usualShapes = [
        Shape(description: "one mapping of many keys", size: 3000) { count in
            let keys = lines(count) { "        key-\($0): value" }
            return one("apps:\n  first:\n    metadata:\n      annotations:\n        key: value\n" + keys)
        },
        Shape(description: "many documents, each with a manager of its own") { count in
            one("apps: {first: {}}\n" + lines(count) { "---\n\(head)manager: m\($0)\napps: {app-\($0): {}}" })
        },
        Shape(description: "many files", size: 300) { count in
            one("apps: {first: {}}\n") + (0..<count).map { "\(head)apps: {app-\($0): {}}\n" }
        },
        Shape(description: "deep lists", size: Effort.count(100, full: 1000)) { count in
            let deep = String(repeating: "[", count: 90) + "x" + String(repeating: "]", count: 90)
            return one("apps: {}\nx-lists:\n  - x\n" + lines(count) { _ in "  - \(deep)" })
        },
    ]

    private static let otherShapes = [
        Shape(description: "one mapping of many apps") { count in
            one("apps:\n  first: {}\n" + lines(count) { "  app-\($0): {processes: {web: {instances: 2}}}" })
        },
        Shape(description: "one mapping on one line") { count in
            one("apps: {first: {}" + (0..<count).map { ", app-\($0): {metadata: {labels: {a: b}}}" }.joined() + "}\n")
        },
        Shape(description: "many anchors on one line", size: 3000) { count in
            one("apps: {}\nx-list: [x" + (0..<count).map { ", &a\($0) x, *a\($0)" }.joined() + "]\n")
        },
        Shape(description: "many anchors on one line without a blank", size: 3000) { count in
            one("apps: {first: {}}\nx-list: [x" + String(repeating: ",&a", count: count) + "]\n")
        },
        Shape(description: "many variables without a value in one text") { count in
            one("apps: {first: {processes: {web: {command: x\((0..<count).map { "((v\($0)))" }.joined())}}}}\n")
        },
        Shape(description: "many merged mappings") { count in
            one("apps: {}\nx-list:\n  - &a {k: v}\n" + lines(count) { "  - {<<: *a, own: \($0)}" })
        },
        Shape(description: "many aliases of what is not there", size: 600) { count in
            one("apps: {}\nx-list:\n  - x\n" + lines(count) { "  - &known-\($0) x\n  - *unknown-\($0)" })
        },
        Shape(description: "many mistakes") { count in
            one("apps:\n  first: {}\n" + lines(count) { "  app-\($0): {processs: {}}" })
        },
        Shape(description: "many mistakes on one line") { count in
            one("apps: {é: {}" + (0..<count).map { ", app-\($0): {processs: {}}" }.joined() + "}\n")
        },
    ]

    private static func lines(_ count: Int, _ line: (Int) -> String) -> String {
        (0..<count).map { line($0) + "\n" }.joined()
    }

    @Test(arguments: shapes)
    func `twice the manifest takes at most 2.2 times the instructions`(_ shape: Shape) async throws {
        let nothing = try await instructions(shape, 0)
        let once = try await instructions(shape, shape.size)
        let twice = try await instructions(shape, 2 * shape.size)

        let ratio = Double(twice - nothing) / Double(once - nothing)
        print("  \(shape): \(ratio) times the instructions")
        #expect(ratio <= 2.2, "\(nothing), \(once), \(twice)")
        #expect(ratio > 1.5, "it reads less than it was given: \(nothing), \(once), \(twice)")
    }

    /// What `validate` takes for a manifest of that size.
    private func instructions(_ shape: Shape, _ count: Int) async throws -> Int {
        try await withFolder { folder in
            for (number, text) in shape.files(count).enumerated() {
                try text.write(to: folder.appending(path: "\(number).yml"), atomically: true, encoding: .utf8)
            }
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [
                "valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
                try await Self.bare.value.path, "validate", folder.path,
            ]
            let run = try await process.collect()
            let digits = try #require(run.output.firstMatch(of: #/I +refs: +([0-9,]+)/#), "\(run.output)").output.1
            return try #require(Int(digits.filter(\.isNumber)))
        }
    }

    /// The binary without what debuggers need, which valgrind reads first and may not understand.
    private static let bare = Task {
        let binary = try #require(Binary.url)
        let copy = binary.deletingLastPathComponent().appending(path: "evenkeel-bare")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["strip", "--strip-debug", "-o", copy.path, binary.path]
        let run = try await process.collect()
        try #require(run.status == 0, "\(run.output)")
        return copy
    }
}
