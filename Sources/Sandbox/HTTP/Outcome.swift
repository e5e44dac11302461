/// What comes of a request, before it becomes HTTP or what a client is told by its network.
package enum Outcome: Sendable {
    case answer(Answer)
    /// The connection ends in the middle of the body.
    case truncated(Answer)
    /// The connection is torn down without an answer.
    case reset
    /// No answer comes, however long one waits.
    case never
}

extension Store {
    /// Takes a request, with the trouble that faults make for it.
    ///
    /// - Parameters:
    ///   - fault: trouble that it meets in place of the scripted one.
    ///   - wait: lets seconds pass before a slow answer; throws where nobody waits for the answer any more.
    package func respond(
        to request: IncomingRequest,
        meeting fault: Fault? = nil,
        wait: @Sendable (_ seconds: Int) async throws -> Void
    ) async rethrows -> Outcome {
        if let answer = control(request) { return .answer(answer) }
        let (entry, scripted) = receive(request, meeting: fault)
        guard let fault = scripted else { return .answer(answer(request, completing: entry)) }
        switch fault.trouble {
        case .answer(let status, let headers, let body):
            _ = commit(request, before: fault)
            completeJournal(entry, status: status)
            return .answer(Answer(status: status, headers: headers, body: body))
        case .slow(let seconds):
            let answer = commit(request, before: fault)
            try await wait(seconds)
            guard let answer else { return .answer(self.answer(request, completing: entry)) }
            completeJournal(entry, status: answer.status)
            return .answer(answer)
        case .never, .reset:
            _ = commit(request, before: fault)
            leaveUnanswered(entry)
            if case .reset = fault.trouble { return .reset }
            return .never
        case .truncated:
            return .truncated(answer(request, completing: entry))
        case .runtime(let mode):
            return .answer(answer(request, completing: entry, withRuntime: mode))
        }
    }

    /// Executes a request whose trouble comes after that; nil where it comes first.
    private func commit(_ request: IncomingRequest, before fault: Fault) -> Answer? {
        fault.moment == .afterCommit ? answer(request, completing: nil) : nil
    }
}
