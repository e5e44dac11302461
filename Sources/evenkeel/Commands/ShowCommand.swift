import ArgumentParser
import Diagnostics
import Reconciliation

/// `show`: a saved plan in any form.
struct ShowCommand: ParsableCommand, ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print a plan that `plan --out FILE` has saved; nothing is sent.",
        discussion: "Exit status: 0 when the plan could be read, 1 when not."
    )

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @Option(help: ArgumentHelp("The form of the plan on stdout.", valueName: "format"))
    var format: PlanFormat = .text

    @OptionGroup(title: "Output") var output: OutputOptions

    func run(on console: Console) async throws -> ExitStatus {
        let desk = Desk(console: console, output: output, format: format)
        do throws(SavedPlanFile.Refusal) {
            let approved = try SavedPlanFile.read(file, on: console)
            desk.print(approved.plan, approved.warnings)
            desk.close(
                AnswerDocument(plan: approved.plan, diagnostics: approved.warnings),
                sources: SourceFiles()
            )
            return .success
        } catch {
            desk.close(AnswerDocument(diagnostics: [error.diagnostic]), sources: SourceFiles())
            return .failure
        }
    }
}
