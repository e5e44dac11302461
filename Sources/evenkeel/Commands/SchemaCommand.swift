import ArgumentParser
import Manifest

/// `schema`: the JSON Schema of manifests.
struct SchemaCommand: ParsableCommand, ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of manifests, for editors."
    )

    func run(on console: Console) async throws -> ExitStatus {
        console.writeOutput(ManifestSchema.text)
        return .success
    }
}
