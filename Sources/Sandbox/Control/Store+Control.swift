import Diagnostics

/// The sandbox's own endpoints; they need no token and do not stand in the journal.
extension Store {
    /// Returns nil when the request is none of them.
    func control(_ request: IncomingRequest) -> Answer? {
        guard request.path.hasPrefix("/sandbox/") else { return nil }
        let answer = answerControl(request)
        options.onRequest?(
            JournalEntry(
                time: now,
                method: request.method,
                path: request.target,
                status: answer.status,
                user: nil,
                isWrite: false,
                body: nil
            )
        )
        return answer
    }

    private func answerControl(_ request: IncomingRequest) -> Answer {
        switch (request.method, request.path) {
        case ("GET", "/sandbox/requests"): return Answer.json(200) { writeJournal(to: &$0) }
        case ("DELETE", "/sandbox/requests"):
            clearJournal()
            return .empty
        case ("POST", "/sandbox/faults"): return addFaults(request)
        case ("DELETE", "/sandbox/faults"):
            clearFaults()
            return .empty
        case ("GET", "/sandbox/clock"): return clock()
        case ("POST", "/sandbox/clock"): return moveClock(request)
        case ("POST", "/sandbox/runtime"): return changeRuntime(request)
        case ("POST", "/sandbox/state"): return changeState(request)
        case ("POST", "/sandbox/events"): return addEvent(request)
        case ("POST", "/sandbox/apps"): return addApp(request)
        case ("POST", let path) where path.hasPrefix("/sandbox/tasks/"):
            return endTask(String(path.dropFirst("/sandbox/tasks/".count)), request)
        case ("DELETE", let path) where path.hasPrefix("/sandbox/apps/"):
            return removeApp(String(path.dropFirst("/sandbox/apps/".count)))
        default: return refuse("the sandbox has no \(request.method) \(request.path)", status: 404)
        }
    }

    private func addFaults(_ request: IncomingRequest) -> Answer {
        let (faults, diagnostics) = Fault.parse(String(decoding: request.body, as: UTF8.self), file: "-")
        guard diagnostics.isEmpty else { return refuse(diagnostics.map(\.message).joined(separator: "; ")) }
        for fault in faults { addFault(fault) }
        return .empty
    }

    private func moveClock(_ request: IncomingRequest) -> Answer {
        guard let value = try? JSONParser.parse(request.body), let seconds = value["advance_seconds"]?.integer,
            seconds >= 0
        else { return refuse("expected {\"advance_seconds\": whole number of 0 or more}") }
        advance(by: seconds)
        return clock()
    }

    private func clock() -> Answer {
        Answer.json(200) { writer in
            writer.object { $0.text("now", now.description) }
        }
    }

    func refuse(_ message: String, status: Int = 422) -> Answer {
        Answer.json(status) { writer in
            writer.object { $0.text("error", message) }
        }
    }
}
