import Diagnostics
import Foundation
import Reconciliation
import TestSupport
import Testing

@testable import evenkeel

/// Files that are no saved plan, or no longer one, get a diagnostic and never a crash.
@Suite struct SavedPlanFileTests {
    /// The text of a saved plan with something of every kind in it.
    private func savedPlan() async throws -> String {
        var text = ""
        try await withStage(user: "admin") { stage in
            try stage.write(CommandGoldenTests.everything)
            let file = stage.folder.appending(path: "plan.json").path
            let run = await stage.run("plan", "--out", file)
            try #require(run.status == 0, "\(run)")
            text = try String(contentsOfFile: file, encoding: .utf8)
        }
        return text
    }

    private func problem(_ text: String) -> Diagnostic? { problem(Array(text.utf8)) }

    private func problem(_ content: [UInt8]) -> Diagnostic? {
        do throws(SavedPlanFile.Refusal) {
            _ = try SavedPlanFile.parse(content, file: "plan.json")
            return nil
        } catch {
            return error.diagnostic
        }
    }

    private func words(_ text: String) -> String {
        guard let problem = problem(text) else { return "taken" }
        let notes = problem.details.compactMap { if case .note(let note) = $0 { note } else { nil } }
        return ([problem.message] + notes).joined(separator: ": ")
    }

    /// The text with a digest that fits: what an attacker can write.
    private func signed(_ text: String) throws -> String {
        let start = try #require(text.range(of: "  \"digest\"", options: .backwards)).lowerBound
        let body = String(text[..<start])
        return body + "  \"digest\": \"\(sha256Hex(body))\"\n}\n"
    }

    @Test func `a saved plan is taken`() async throws {
        let text = try await savedPlan()

        #expect(problem(text) == nil)
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
        #expect(try signed(text) == text)
    }

    @Test func `what is cut off is refused at every place`() async throws {
        let bytes = Array(try await savedPlan().utf8)

        for length in stride(from: 0, to: bytes.count - 1, by: max(1, bytes.count / 400)) {
            #expect(problem(Array(bytes.prefix(length)))?.code == .invalidPlan, "\(length)")
        }
        #expect(
            words(String(decoding: bytes.dropLast(40), as: UTF8.self)).contains("not well-formed JSON, or was cut off")
        )
    }

    @Test func `a value that was edited is refused, and the message says what the digest is for`() async throws {
        let text = try await savedPlan()

        let edited = words(text.replacingOccurrences(of: "bin/migrate", with: "bin/migratf"))

        #expect(edited.contains("was changed since it was saved"))
        #expect(edited.contains("guards against accidents, not against forgery"))
    }

    @Test func `another format version is refused by its number`() async throws {
        let text = try await savedPlan()

        let other = words(text.replacingOccurrences(of: "\"format_version\": 1,", with: "\"format_version\": 7,"))

        #expect(other.contains("it has format version 7, this version of evenkeel reads 1"))
    }

    @Test(arguments: [
        ("", "is empty"), ("version: 1\n", "not well-formed JSON"), ("{}", "`format_version` is missing"),
        ("[]", "is no saved plan"), ("null", "is no saved plan"), (#"{"format_version": "1"}"#, "another type"),
        (#"{"format_version": 1}"#, "it has no digest"), ("\u{0}\u{1}", "not well-formed JSON"),
        (#"{"format_version": 99999999999999999999}"#, "is no saved plan"),
        (#"{"format_version": 1, "digest": "x"}"#, "was changed"),
    ])
    func `what is no saved plan is refused`(_ text: String, _ reason: String) {
        #expect(words(text).contains(reason), "\(words(text))")
    }

    @Test func `bytes that are no text are refused`() {
        #expect(problem([0xff, 0xfe, 0x00])?.code == .invalidPlan)
    }

    @Test func `deep nesting is refused`() throws {
        let deep = String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000)

        #expect(problem(#"{"format_version": 1, "digest": "", "approved": "# + deep + "}")?.code == .invalidPlan)
        let symbols = String(repeating: #"{"list":["#, count: 3000) + String(repeating: "]}", count: 3000)
        let hidden = try signed(#"{"format_version": 1, "approved": "# + symbols + ",\n  \"digest\": \"\"\n}\n")
        #expect(problem(hidden)?.code == .invalidPlan)
    }

    /// With a digest that fits, every value is replaced by values of other kinds.
    @Test func `wrong types are refused or taken, and nothing crashes`() async throws {
        let text = try await savedPlan()
        let approved = try #require(text.range(of: "\"approved\": "))
        var refused = 0
        for (index, value) in text[approved.upperBound...].matches(of: #/:("[^"]*"|[0-9]+|null|true|false)/#)
            .enumerated()
        {
            let other = ["null", "-1", "\"\"", "9223372036854775807", "[]", "{}", "true", "1.5"][index % 8]
            let changed = text.replacingCharacters(in: value.range, with: ":" + other)
            if problem(try signed(changed)) != nil { refused += 1 }
        }
        #expect(refused > 50)
    }

    @Test func `numbers that would trap later are refused`() async throws {
        let text = try await savedPlan()
        let bands = text.replacingOccurrences(of: #""max":5,"min":3"#, with: #""max":1,"min":3"#)

        #expect(bands != text)
        #expect(words(try signed(bands)).contains("a value cannot be used at `approved.declarations"))
    }

    @Test func `control characters of a file never reach the terminal`() async throws {
        let text = try await savedPlan()
        let hostile = try signed(
            text.replacingOccurrences(of: "changed in place", with: "\\u001b[2Jchanged\\u202e")
                .replacingOccurrences(of: "\"api\":\"http", with: "\"api\":\"\\u0007http")
        )
        for format in ["text", "json", "markdown", "html"] {
            let run = await evenkeel("show", "-", "--format", format, on: Terminal(input: hostile))

            #expect(run.status == 0, "\(run)")
            for character in ["\u{1b}", "\u{7}"] { #expect(!run.output.contains(character), "\(format)") }
            if format != "json" { #expect(!run.output.contains("\u{202e}"), "\(format)") }
        }
    }

    @Test func `a file that is not there is named`() async {
        let run = await evenkeel("show", "/nowhere/plan.json")

        #expect(run.status == 1)
        #expect(run.error.contains("error[invalid-plan]: the plan `/nowhere/plan.json` cannot be read"), "\(run)")
        #expect(run.error.contains("no such file or folder"))
    }

    @Test func `standard input is read as -`() async throws {
        let terminal = Terminal(input: try await savedPlan())

        let run = await evenkeel("show", "-", on: terminal)

        #expect(run.status == 0, "\(run)")
        #expect(run.output.hasPrefix("Plan for http"), "\(run)")
    }
}
