import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Sandbox

/// One kind of trouble that meets a request of an apply.
enum Trouble: String, CaseIterable, Sendable {
    case tooManyRequests = "429 with Retry-After"
    case tooManyRequestsWithoutTime = "429"
    case serverError = "500"
    case badGateway = "502 HTML"
    case unavailable = "503"
    case unavailableAfterCommit = "503 after commit"
    case resetBeforeCommit = "reset before commit"
    case resetAfterCommit = "reset after commit"
    case truncated = "truncated body"
    case neverAnswered = "never answered"
    case neverAnsweredAfterCommit = "never answered, after commit"
    case tokenExpired = "token expired"

    func fault(skip: Int = 0) -> Fault {
        Fault(path: "*", moment: moment, skip: skip, times: 1, trouble)
    }

    /// A token that has expired does no harm where none is shown.
    func meets(_ request: RequestIdentity) -> Bool { self != .tokenExpired || !request.isWithoutToken }

    private var moment: Fault.Moment {
        switch self {
        case .unavailableAfterCommit, .resetAfterCommit, .neverAnsweredAfterCommit: .afterCommit
        case .tooManyRequests, .tooManyRequestsWithoutTime, .serverError, .badGateway, .unavailable, .resetBeforeCommit,
            .truncated, .neverAnswered, .tokenExpired:
            .beforeCommit
        }
    }

    private var trouble: Fault.Trouble {
        func answer(
            _ status: Int,
            _ body: String,
            _ type: String = Answer.jsonType,
            retryAfter: Int? = nil
        ) -> Fault.Trouble {
            let headers = [("Content-Type", type)] + (retryAfter.map { [("Retry-After", "\($0)")] } ?? [])
            return .answer(status: status, headers: headers, body: Array(body.utf8))
        }
        func errors(_ title: String, _ code: Int) -> String {
            #"{"errors":[{"detail":"trouble","title":"\#(title)","code":\#(code)}]}"#
        }
        return switch self {
        case .tooManyRequests: answer(429, errors("CF-RateLimitExceeded", 10013), "text/plain", retryAfter: 2)
        case .tooManyRequestsWithoutTime: answer(429, "<html>429</html>", "text/html")
        case .serverError: answer(500, errors("UnknownError", 10001))
        case .badGateway: answer(502, "<html><h1>502 Bad Gateway</h1></html>", "text/html")
        case .unavailable, .unavailableAfterCommit: answer(503, errors("CF-ServiceUnavailable", 10015))
        case .resetBeforeCommit, .resetAfterCommit: .reset
        case .truncated: .truncated
        case .neverAnswered, .neverAnsweredAfterCommit: .never
        case .tokenExpired: answer(401, errors("CF-InvalidAuthToken", 1000))
        }
    }
}

/// Every kind of trouble meets every request of an apply; what the apply does not survive, the next one heals.
///
/// Apps do not share anything, so in one apply each of them meets the trouble at one of its requests. Requests that are
/// about no single app meet it alone.
@Suite struct FaultSweepTests {
    /// Requests that meet the same trouble in one apply.
    struct Disturbance: Sendable, CustomStringConvertible {
        let trouble: Trouble
        let requests: [RequestIdentity]

        var description: String { "\(trouble.rawValue) at " + requests.map(\.description).joined(separator: ", ") }
    }

    struct Outcome: Sendable {
        /// Those that met the trouble; an app that ends early does not come to its later requests.
        var struck: Set<RequestIdentity> = []
        /// The apply ended as if nothing had happened.
        var isSurvived = false
        var problems: [String] = []
    }

    @Test(.tags(.thorough)) func `whatever meets any request, the end is the same and no task runs twice`() async throws
    {
        let stage = try await SweepStage()
        let clock = ContinuousClock()
        let begin = clock.now

        let sweeps = await sideBySide(Trouble.allCases, limit: 4) { await Self.sweep($0, stage) }

        let outcomes = sweeps.flatMap { $0 }
        let pairs = outcomes.reduce(0) { $0 + $1.struck.count }
        let bad = outcomes.filter { !$0.problems.isEmpty }
        print(
            """
            fault sweep: \(stage.requests.count) requests, \(Trouble.allCases.count) kinds of trouble, \(pairs) pairs of \
            the two in \(outcomes.count) applies: \(outcomes.count { $0.isSurvived }) survived at once, the others healed \
            by the next apply; \(bad.count) with problems; \(clock.now - begin)
            """
        )
        for outcome in bad.prefix(20) { Issue.record("\(outcome.problems.joined(separator: "\n"))") }
        #expect(bad.isEmpty)
    }

    /// One kind of trouble at every request.
    private static func sweep(_ trouble: Trouble, _ stage: SweepStage) async -> [Outcome] {
        let requests = stage.requests.filter { trouble.meets($0) }
        var outcomes: [Outcome] = []
        for group in Effort.some(2, of: together(requests)) {
            outcomes.append(await run(Disturbance(trouble: trouble, requests: group), on: stage))
        }
        guard Effort.isFull else { return outcomes }
        // an apply that ends early does not come to all
        let missed = requests.filter { request in !outcomes.contains { $0.struck.contains(request) } }
        for request in missed {
            var outcome = await run(Disturbance(trouble: trouble, requests: [request]), on: stage)
            if outcome.struck.isEmpty { outcome.problems.append("\(request) never met \(trouble.rawValue)") }
            outcomes.append(outcome)
        }
        return outcomes
    }

    /// The first requests of all apps, the second ones, and so on; those about no app each alone.
    private static func together(_ requests: [RequestIdentity]) -> [[RequestIdentity]] {
        let byApp = Dictionary(grouping: requests.filter { $0.app != nil }) { $0.app ?? "" }
        let apps = byApp.values.sorted { $0[0].text < $1[0].text }
        let longest = apps.map(\.count).max() ?? 0
        let rows = (0..<longest).map { index in apps.compactMap { index < $0.count ? $0[index] : nil } }
        return requests.filter { $0.app == nil }.map { [$0] } + rows
    }

    static func run(_ disturbance: Disturbance, on stage: SweepStage) async -> Outcome {
        var outcome = Outcome()
        let store = await stage.beginning.copy(SweepStage.options())
        let fault = disturbance.trouble.fault()
        let network = StrikingTransport(
            store,
            strikes: Dictionary(uniqueKeysWithValues: disturbance.requests.map { ($0, fault) })
        )
        let run = SweepRun(store: store, manifest: Scenario.now)
        let first = await run.inProcess("apply", "--yes", over: network)
        outcome.struck = await network.struck
        outcome.isSurvived = first.status == 0
        var problems: [String] = []
        if first.status != 0 {
            if ![1, 5].contains(first.status) || !first.error.contains("error[") {
                problems.append("no clear error: \(first)")
            }
            let second = await run.inProcess("apply", "--yes")
            if second.status != 0 { problems.append("the next apply: \(second)\nafter \(first)") }
        }
        let plan = await run.inProcess("plan", "--exit-code")
        if plan.status != 0 { problems.append("the next plan: \(plan)") }
        problems += stage.problems(of: await store.finalState(foreign: Scenario.foreignApp))
        outcome.problems = problems.map { "\(disturbance): \($0)" }
        return outcome
    }

    // MARK: - With the binary

    @Test(.tags(.thorough, .binary)) func `some of the cases go alike with the binary`() async throws {
        let stage = try await SweepStage()
        let all = Trouble.allCases.flatMap { trouble in
            stage.requests.indices.filter { trouble.meets(stage.requests[$0]) }.map { (trouble, $0) }
        }
        let chosen = Effort.spread(Effort.count(3, full: 50), of: all)
        let clock = ContinuousClock()
        let begin = clock.now

        let outcomes = await sideBySide(chosen, limit: 16) { trouble, index in
            await Self.runBinary(trouble, at: index, on: stage)
        }

        let bad = outcomes.filter { !$0.problems.isEmpty }
        print(
            """
            fault sweep with the binary: \(outcomes.count) cases, \(outcomes.count { $0.isSurvived }) survived at once, the \
            others healed by the next apply; \(bad.count) with problems; \(clock.now - begin)
            """
        )
        for outcome in bad { Issue.record("\(outcome.problems.joined(separator: "\n"))") }
        #expect(bad.isEmpty)
    }

    /// - Parameter index: Of the request, from 0.
    private static func runBinary(_ trouble: Trouble, at index: Int, on stage: SweepStage) async -> Outcome {
        var outcome = Outcome()
        let store = await stage.beginning.copy(SweepStage.options())
        await store.addFault(trouble.fault(skip: index))
        let waits = [Trouble.neverAnswered, .neverAnsweredAfterCommit].contains(trouble)
        let arguments = ["--parallelism", "1"] + (waits ? ["--request-timeout", "10"] : [])
        do {
            outcome = try await SweepStage.served(store) { run in
                var outcome = Outcome()
                let first = try await run.start(arguments).end()
                outcome.isSurvived = first.status == 0
                await store.clearFaults()
                if first.status != 0 {
                    if ![1, 5].contains(first.status) || !first.output.contains("error[") {
                        outcome.problems.append("no clear error: \(first)")
                    }
                    let second = try await run.start(arguments).end()
                    if second.status != 0 { outcome.problems.append("the next apply: \(second)\nafter \(first)") }
                }
                let plan = await run.inProcess("plan", "--exit-code")
                if plan.status != 0 { outcome.problems.append("the next plan: \(plan)") }
                return outcome
            }
        } catch {
            outcome.problems.append("\(error)")
        }
        if await !store.journal().contains(where: \.isFaulty) { outcome.problems.append("nothing was struck") }
        outcome.problems += stage.problems(of: await store.finalState(foreign: Scenario.foreignApp))
        outcome.problems = outcome.problems.map { "\(trouble.rawValue) at \(stage.requests[index]): \($0)" }
        return outcome
    }
}
