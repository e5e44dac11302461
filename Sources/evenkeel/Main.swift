import ArgumentParser
@main struct EvenkeelCommand: ParsableCommand {}
