import Foundation
import Testing

@testable import Diagnostics

/// What stands in commands that are meant to be pasted.
@Suite struct ShellWordTests {
    static let names = [
        "storefront", "a b", "a'b", "''", "a\"b", "a\\b", "a\\nb", "a\\", "a\tb", "a\nb", "a\n", "\n\n", "$HOME",
        "`id`", "$(id)",
        "a!b", "~", "*", "#a", "=a", "-a", "-", "a\u{200b}b", "\u{200b}", "\u{202e}'b\\c", "\u{1b}[31m",
        "caf\u{e9}\u{200d}%d", "%s\t",
        "{a,b}", "a;b", "a&b", "a|b", "<a>", "[a]", "\u{1f680}", "a\u{a0}b", "\t-n", "a\r", "1\t2", "!\t!", "\\t\t",
    ]

    static let shells = ["bash", "dash", "zsh"].compactMap { name in
        ["/bin/", "/usr/bin/"].map { $0 + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What a shell makes of a command line that prints its words.
    private func words(_ line: String, _ shell: String) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: shell)
        process.arguments = ["-c", "/usr/bin/printf '%s;' \(line)"]
        process.standardOutput = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: names) func `every shell reads the name that was meant`(name: String) throws {
        let word = ShellWord.quoted(Text(name))

        let isSeen = !word.unicodeScalars.contains { $0.isUnseen }
        #expect(isSeen, "\(word.debugDescription)")
        for shell in Self.shells {
            let read = try words(word, shell)
            #expect(Text(read) == Text(name + ";"), "\(shell) \(word)")
        }
    }

    @Test func `a plain name stays as it is, and one like an option comes last`() {
        #expect(ShellWord.quoted("storefront") == "storefront")
        #expect(ShellWord.quoted("") == "''")
        #expect(ShellWord.cf("restart", "a b", "--strategy rolling") == "cf restart 'a b' --strategy rolling")
        #expect(ShellWord.cf("restart", "-a", "--strategy rolling") == "cf restart --strategy rolling -- -a")
        #expect(ShellWord.quoted("a\tb") == #""$(printf 'a\011b')""#)
    }

    @Test(arguments: [
        ("web\u{200b}", "web\\u200b"), ("a\u{202e}b", "a\\u202eb"), ("a\u{e0001}b", "a\\U000e0001b"),
        ("a\u{3164}b", "a\\u3164b"),
        ("a\u{a0}b", "a\\u00a0b"), ("a\u{2800}b", "a\\u2800b"), ("\u{2764}\u{fe0f}", "\u{2764}\u{fe0f}"),
        ("a\u{fe0f}", "a\\ufe0f"),
        ("a\n\tb", "a  b"), ("a\u{1b}b", "a\\u001bb"), ("caf\u{e9} \u{1f680}", "caf\u{e9} \u{1f680}"),
    ])
    func `what is not seen is shown by its escape`(text: String, shown: String) {
        #expect(Text(cleaned(text)) == Text(shown))
    }
}
