/// Trouble that is made on purpose for requests that look a certain way.
package struct Fault: Sendable {
    /// What goes wrong.
    package enum Trouble: Sendable {
        /// This answer in place of the real one.
        case answer(status: Int, headers: [(name: String, value: String)], body: [UInt8])
        /// The connection is torn down without an answer.
        case reset
        /// The answer stops in the middle of its body.
        case truncated
        /// The answer comes this many seconds late.
        case slow(seconds: Int)
        /// No answer comes.
        case never
        /// The request is executed while the runtime is not there or takes nothing: tasks stay behind as FAILED.
        case runtime(RuntimeState.Mode)
    }

    /// Whether the request has been executed when the trouble comes.
    package enum Moment: String, Sendable, CaseIterable {
        case beforeCommit = "before_commit"
        case afterCommit = "after_commit"
    }

    package var method: String?
    /// A path in which `*` stands for any text.
    package var path: String
    /// `name=value` pairs that the query must have, in any order.
    package var query: [(name: String, value: String)]
    package var moment: Moment
    /// Requests that pass unharmed at first.
    package var skip: Int
    /// Requests that are harmed then; nil is all.
    package var times: Int?
    /// Which of the requests are harmed; nil is each.
    package var chance: Chance?
    package var trouble: Trouble

    package init(
        method: String? = nil,
        path: String,
        query: [(name: String, value: String)] = [],
        moment: Moment = .beforeCommit,
        skip: Int = 0,
        times: Int? = 1,
        chance: Chance? = nil,
        _ trouble: Trouble
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.moment = moment
        self.skip = skip
        self.times = times
        self.chance = chance
        self.trouble = trouble
    }

    func matches(_ request: IncomingRequest) -> Bool {
        if let method, method != request.method { return false }
        guard Pattern.matches(path, request.path) else { return false }
        guard !query.isEmpty else { return true }
        let given = Query(request.query)
        return query.allSatisfy { pair in given?.text(pair.name).map { Pattern.matches(pair.value, $0) } ?? false }
    }
}

/// Patterns in which `*` stands for any text, also none.
enum Pattern {
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let pattern = Array(pattern.utf8)
        let text = Array(text.utf8)
        var (position, index) = (0, 0)
        var retry: (position: Int, index: Int)?
        while index < text.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                retry = (position + 1, index)
                position += 1
            } else if position < pattern.count, pattern[position] == text[index] {
                position += 1
                index += 1
            } else if let last = retry {
                retry = (last.position, last.index + 1)
                (position, index) = (last.position, last.index + 1)
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

extension Store {
    package func addFault(_ fault: Fault) {
        faults.append(fault)
    }

    package func clearFaults() {
        faults = []
    }

    /// The first fault that a request meets; it counts as used.
    func takeFault(for request: IncomingRequest) -> Fault? {
        for position in faults.indices where faults[position].matches(request) {
            if faults[position].skip > 0 {
                faults[position].skip -= 1
                continue
            }
            if faults[position].times == 0 { continue }
            if faults[position].chance?.strikes() == false { continue }
            faults[position].times = faults[position].times.map { $0 - 1 }
            return faults[position]
        }
        return nil
    }
}
