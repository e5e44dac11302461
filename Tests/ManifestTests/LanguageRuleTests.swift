import Diagnostics
import Manifest
import TestSupport
import Testing

/// What the language allows and refuses, with the places of the complaints.
struct LanguageRuleTests {
    @Test(arguments: ManifestExample.all)
    func `a rule`(_ example: ManifestExample) {
        let marked = MarkedYAML(example.marked)
        let input = ManifestInput(paths: ["-"], standardInput: { Array(marked.text.utf8) })

        #expect(marked.found(readManifests(input).diagnostics) == example.expected)
    }

    @Test(arguments: [
        "app", "library/app", "app:1.0", "localhost/app", "localhost:5000/app:x",
        "registry.example.org/a/b-c/d_e/f__g.h:V1.0-x",
        "registry.example.org:443/app@sha256:\(String(repeating: "0a", count: 32))",
        "app:1@sha256:\(String(repeating: "f", count: 64))",
        "Registry.Example.org/app", "a---b", "127.0.0.1:5000/app",
    ])
    func `an image reference`(_ image: String) {
        #expect(TextRule.image.fault(in: Text(image), shown: image) == nil)
    }

    @Test(arguments: [
        "", "App", "registry/App", "/app", "app/", "a//b", "app:", "app:-x", "app::1", "app@", "app@sha256:00",
        "https://r.example/app",
        "app@sha256:\(String(repeating: "0A", count: 32))", "app@md5:\(String(repeating: "0", count: 32))", "a b",
        "app:\(String(repeating: "x", count: 129))",
        "user@registry.example/app", "user:pw@registry.example/app:1", "-app", "app-", "a..b", "a___b",
        "r.example:port/app", "app\n", "é",
        "r.example/\(String(repeating: "x", count: 246))",
        "app@sha256:\(String(repeating: "0", count: 64))@sha256:\(String(repeating: "0", count: 64))",
    ])
    func `no image reference`(_ image: String) {
        #expect(TextRule.image.fault(in: Text(image), shown: image) != nil)
    }
}
