import Diagnostics
import Foundation
import Manifest
import TestSupport
import Testing

/// Every diagnostic that manifests can raise, as it is shown.
///
/// `Golden/<code>[-variant].yml` is read and `.txt` beside it is what comes out. `<name>.vars.yml` and
/// `<name>.secrets.yml` give variables; a case without a `.yml` reads a file or folder that is named so.
struct GoldenDiagnosticTests {
    private static let folder = Golden.folder(beside: #filePath)

    private static let cases: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let manifests = files.filter { $0.hasSuffix(".yml") && $0.split(separator: ".").count == 2 }
        return Set(manifests.map { String($0.dropLast(4)) } + ["unreadable-file", "no-manifests"]).sorted()
    }()

    @Test(arguments: cases)
    func `is shown with its place and a way out`(_ name: String) {
        let reading = readManifests(input(name))
        let code = reading.diagnostics.first { name.hasPrefix($0.code.rawValue) }
        #expect(code != nil, "nothing of the code that the file is named after")

        var output = DiagnosticRenderer(sources: reading.sources).render(reading.diagnostics)
        if let closing = reading.diagnostics.closingLine { output += "\n" + closing + "\n" }
        output = output.replacingOccurrences(of: Self.folder + "/", with: "")
        Golden.expect(output, matches: "\(Self.folder)/\(name).txt")
    }

    @Test(arguments: DiagnosticCodeOwners.manifests)
    func `every code has a golden file`(_ code: DiagnosticCode) {
        let hasFile = Self.cases.contains { $0 == code.rawValue || $0.hasPrefix(code.rawValue + "-") }

        #expect(hasFile)
    }

    private func input(_ name: String) -> ManifestInput {
        let path = "\(Self.folder)/\(name)"
        let exists = { (suffix: String) in FileManager.default.fileExists(atPath: path + suffix) }
        return ManifestInput(
            paths: [exists(".yml") || !exists("") ? path + ".yml" : path],
            variables: [("region", "eu-1"), ("count", "many")],
            variableFiles: exists(".vars.yml") ? [path + ".vars.yml"] : [],
            secretFiles: exists(".secrets.yml") ? [path + ".secrets.yml"] : []
        )
    }
}
