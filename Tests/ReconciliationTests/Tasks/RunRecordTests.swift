import Diagnostics
import Testing

@testable import Reconciliation

@Suite struct RunRecordTests {
    private func entry(
        _ fingerprint: String,
        _ sequenceID: Int,
        _ state: RunRecord.State = .running,
        attempts: Int = 1
    ) -> RunRecord.Entry {
        RunRecord.Entry(
            fingerprint,
            attempts: attempts,
            state,
            sequenceID: sequenceID,
            taskGUID: "task-\(sequenceID)",
            time: "2026-11-26T12:00:00Z"
        )
    }

    private func reading(_ text: Text, of name: Text = "migrate") -> RunRecord.Reading {
        RunRecord.reading(of: name, in: [.annotation(RunRecord.key(of: name)): .value(.text(text))])
    }

    @Test func `a record is one annotation for each task, named by a hash`() {
        #expect(RunRecord.key(of: "migrate") == "evenkeel.dev/run.3bc801a33ea83df4")
        #expect(RunRecord.key(of: "Migrate") != RunRecord.key(of: "migrate"))
        // Canonically equivalent names are different tasks.
        #expect(RunRecord.key(of: "caf\u{e9}") != RunRecord.key(of: "cafe\u{301}"))
    }

    @Test func `a record has these bytes`() {
        let record = RunRecord("migrate", runs: [entry("ab", 12, .succeeded, attempts: 2), entry("cd", 3)])

        #expect(
            record.text
                == Text(
                    #"{"v":1,"name":"migrate","runs":[{"fp":"ab","n":2,"state":"SUCCEEDED","seq":12,"task":"task-12","#
                        + #""at":"2026-11-26T12:00:00Z"},{"fp":"cd","n":1,"state":"RUNNING","seq":3,"task":"task-3","#
                        + #""at":"2026-11-26T12:00:00Z"}]}"#
                )
        )
        #expect(reading(record.text) == .record(record))
    }

    @Test func `a name with quotes and backslashes survives`() {
        let name: Text = #"say "hi" \ bye {now}"#
        let record = RunRecord(name, runs: [entry("ab", 1)])

        #expect(reading(record.text, of: name) == .record(record))
    }

    @Test func `no annotation is an empty record`() {
        #expect(RunRecord.reading(of: "migrate", in: [:]) == .record(RunRecord("migrate")))
    }

    @Test(arguments: [
        "", "nonsense", "[]", "{}", #"{"v":2,"name":"migrate","runs":[]}"#, #"{"v":1,"name":"other","runs":[]}"#,
        #"{"v":1,"name":"migrate"}"#, #"{"v":1,"name":"migrate","runs":{}}"#,
        #"{"v":1,"name":"migrate","runs":[{"fp":"ab","n":0,"state":"RUNNING"}]}"#,
        #"{"v":1,"name":"migrate","runs":[{"fp":"ab","n":1,"state":"HALTED"}]}"#,
        #"{"v":1,"name":"migrate","runs":[{"n":1,"state":"RUNNING"}]}"#,
        #"{"v":1,"name":"migrate","runs":[]} "and more"#,
    ])
    func `what is no record of version 1 cannot be read`(_ text: String) {
        guard case .unreadable = reading(Text(text)) else {
            Issue.record("read: \(text)")
            return
        }
    }

    @Test func `the newest run stands first, and one entry a specification`() {
        var record = RunRecord("migrate")
        record.put(entry("ab", 1))
        record.put(entry("cd", 2))
        record.put(entry("ab", 3, attempts: 2))

        #expect(record.runs.map(\.fingerprint) == ["ab", "cd"])
        #expect(record.entry("ab")?.attempts == 2)

        // An old run that is found late does not push newer ones out.
        record.put(entry("old", 0 + 1))
        #expect(record.runs.map(\.fingerprint) == ["ab", "cd", "old"])
    }

    @Test func `what has no row stays where it was found, between the runs around it`() {
        var record = RunRecord("migrate", runs: [entry("b", 5), entry("a", 2)])
        record.put(entry("unknown", 0, .unknown))
        record.put(entry("c", 7))
        record.put(entry("between", 3))
        record.put(entry("oldest", 1))

        #expect(record.runs.map(\.fingerprint) == ["c", "unknown", "b", "between", "a", "oldest"])
    }

    @Test func `a time that cannot be read is not repeated`() {
        var one = entry("ab", 1)
        #expect(one.when == " on 2026-11-26T12:00:00Z")
        for time in ["", "yesterday", "2026-11-26T12:00:00Z\u{1b}[2J", "2026-13-01T00:00:00Z"] {
            one.time = time
            #expect(one.when == "")
        }
    }

    @Test func `20 runs are remembered, the oldest are forgotten`() {
        var record = RunRecord("migrate")
        for number in 1...30 { record.put(entry("run-\(number)", number)) }

        guard case .record(let read) = reading(record.text) else {
            Issue.record("unreadable")
            return
        }
        #expect(read.runs.count == 20)
        #expect(read.runs.first?.fingerprint == "run-30")
        #expect(read.runs.last?.fingerprint == "run-11")
    }

    @Test func `refused rows are remembered beside 20 runs, the newest five`() {
        var record = RunRecord("migrate")
        for number in 1...30 { record.put(entry("run-\(number)", number)) }
        for number in 31...40 { record.put(entry("run-30", number, .refused)) }

        #expect(record.kept.count { $0.state != .refused } == 20)
        #expect(record.refused == Set((36...40).map { "task-\($0)" }))
    }

    @Test func `a record that would get too long forgets refused rows before any run`() {
        var record = RunRecord("migrate")
        func put(_ number: Int, _ state: RunRecord.State) {
            record.put(
                RunRecord.Entry(
                    "run-\(number)",
                    attempts: 1,
                    state,
                    sequenceID: number,
                    taskGUID: String(repeating: "g", count: 400),
                    time: ""
                )
            )
        }
        for number in 1...8 { put(number, .failed) }
        for number in 9...13 { put(number, .refused) }

        #expect(record.text.count < 4900)
        #expect(record.kept.count { $0.state == .failed } == 8)
        #expect(record.kept.count { $0.state == .refused } < 5)
    }

    @Test func `the longest name with full guids stays below 4900 characters`() {
        for character in ["\"", "x", "\u{1f600}"] {
            var record = RunRecord(Text(String(repeating: character, count: 255)))
            for number in 1...20 {
                record.put(
                    RunRecord.Entry(
                        sha256Hex("\(number)").prefix(32).description,
                        attempts: 11,
                        .succeeded,
                        sequenceID: 2_000_000_000 + number,
                        taskGUID: "0c169a9b-1eb7-41f6-9894-22c1f627480b",
                        time: "2026-11-26T12:00:00Z"
                    )
                )
            }
            #expect(record.text.count < 4900)
            guard case .record(let read) = reading(record.text, of: record.name) else {
                Issue.record("unreadable")
                return
            }
            #expect(read.runs.count == 20)
        }
    }

    @Test func `a record that would get too long forgets its oldest runs`() {
        var record = RunRecord("migrate")
        for number in 1...20 {
            record.put(
                RunRecord.Entry(
                    "run-\(number)",
                    attempts: 1,
                    .running,
                    sequenceID: number,
                    taskGUID: String(repeating: "g", count: 400),
                    time: ""
                )
            )
        }

        #expect(record.text.count < 4900)
        guard case .record(let read) = reading(record.text) else {
            Issue.record("unreadable")
            return
        }
        #expect(read.runs.first?.fingerprint == "run-20")
        #expect((5..<20).contains(read.runs.count))
    }

    @Test func `what we cancelled stays cancelled, unless it was faster`() {
        var record = RunRecord("migrate", runs: [entry("ab", 1, .canceled)])
        var row = observedRun("migrate", 1, .failed, fingerprint: "ab")

        record.note(row, awaiting: "ab", time: "later")
        #expect(record.entry("ab")?.state == .canceled)

        row.state = .succeeded
        record.note(row, awaiting: "ab", time: "later")
        #expect(record.entry("ab")?.state == .succeeded)
    }
}

@Suite struct ClaimTests {
    private let fingerprint = "0123456789abcdef0123456789abcdef"

    @Test func `a claim has this key and these bytes`() {
        let claim = Claim(
            fingerprint,
            task: "migrate",
            random: 0xffff_ffff_0000_002a,
            time: "2026-11-26T12:00:00Z",
            holder: "dev/build-7"
        )

        #expect(claim.key == "evenkeel.dev/claim.0123456789ab.0000002a")
        #expect(
            claim.value
                == Text(
                    #"{"v":1,"task":"migrate","fp":"\#(fingerprint)","at":"2026-11-26T12:00:00Z","by":"dev/build-7"}"#
                )
        )
        #expect(claim.task == "migrate")
        #expect(claim.fingerprint == fingerprint)
        #expect(claim.words == "that of dev/build-7, put up at 2026-11-26T12:00:00Z")
        let odd = Claim(fingerprint, task: "migrate", random: 1, time: "\u{1b}[2J", holder: "dev/build-7")
        #expect(odd.words == "that of dev/build-7")
        #expect(claim.isOf(fingerprint))
        #expect(!claim.isOf("1123456789ab"))
    }

    @Test func `a holder with a NUL or of any length fits into an annotation`() {
        let claim = Claim(
            fingerprint,
            task: Text(String(repeating: "\"", count: 255)),
            random: 1,
            time: "",
            holder: String(repeating: "x\u{0}", count: 9000)
        )

        #expect(claim.value.count < 2000)
        #expect(!claim.value.string.unicodeScalars.contains("\u{0}"))
        #expect(claim.holder.count == 500)
    }

    @Test func `only claims are taken for claims`() {
        let fields: ObservedFields = [
            .annotation("evenkeel.dev/claim.bb.2"): .value(.text("nonsense")),
            .annotation("evenkeel.dev/claim.aa.1"): .value(.text("{}")),
            .annotation("evenkeel.dev/run.aa"): .value(.text("{}")),
            .label("evenkeel.dev/claim.aa.1"): .value(.text("{}")),
        ]

        let claims = Claim.all(in: fields)

        #expect(claims.map(\.key) == ["evenkeel.dev/claim.aa.1", "evenkeel.dev/claim.bb.2"])
        #expect(claims.map(\.task) == [nil, nil])
    }

    @Test func `all times are in proportion to one`() {
        #expect(ClaimTimes(seconds: 90).hold == .seconds(30))
        #expect(ClaimTimes(seconds: 90).search == .seconds(60))
        #expect(ClaimTimes(seconds: 3).hold == .seconds(1))
        #expect(ClaimTimes(seconds: 3).search == .seconds(2))
    }
}

@Suite struct StampsTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_795_230_000, "2026-11-21T03:00:00Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"), (1_735_689_599, "2024-12-31T23:59:59Z"),
    ])
    func `moments are written and read`(_ seconds: Int, _ text: String) {
        #expect("\(Moment(seconds: seconds))" == text)
        #expect(Moment(text)?.seconds == seconds)
    }

    @Test func `every day of four hundred years comes back`() {
        for day in 0..<146_097 {
            let moment = Moment(seconds: day * 86_400)
            guard Moment(moment.description) == moment else {
                Issue.record("day \(day): \(moment)")
                return
            }
        }
    }

    @Test func `days are counted, a time to come is now, and what cannot be read has none`() {
        let stamps = Stamps(now: { 1_795_230_000 })

        #expect(stamps.time == "2026-11-21T03:00:00Z")
        #expect(stamps.days(since: "2026-11-21T03:00:00Z") == 0)
        #expect(stamps.days(since: "2026-10-21T03:00:00Z") == 31)
        #expect(stamps.days(since: "2026-11-21T03:00:01Z") == 0)
        #expect(stamps.days(since: "9999-12-31T23:59:59Z") == 0)
        #expect(stamps.days(since: "yesterday") == nil)
    }
}
