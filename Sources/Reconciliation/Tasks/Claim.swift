package import Diagnostics

/// An applier's sign on an app that it is about to create a run: an annotation of its own, since the server has no
/// lock and no conditional write.
///
/// Whoever puts one up reads back and goes on only when no other claim of the run is there, so at most one goes on.
package struct Claim: Hashable, Sendable {
    package let key: Text
    package let value: Text
    private let json: JSON?

    package init(key: Text, value: Text) {
        self.key = key
        self.value = value
        json = JSON(parsing: value.string)
    }

    /// - Parameter time: for people and for claims that are weeks old; clocks of machines differ.
    package init(_ fingerprint: String, task: Text, random: UInt64, time: String, holder: String) {
        let digits = String(UInt32(truncatingIfNeeded: random), radix: 16)
        let suffix = String(repeating: "0", count: 8 - digits.utf8.count) + digits
        self.init(
            key: Text(Claim.prefix(of: fingerprint) + suffix),
            value: Claim.text(
                task: JSON.text(task).compact,
                fingerprint: quoted(fingerprint),
                time: quoted(time),
                holder: quoted(Claim.shortened(holder))
            )
        )
    }

    package static func prefix(of fingerprint: String) -> String { "evenkeel.dev/claim.\(fingerprint.prefix(12))." }

    /// The claims on an app, by key.
    package static func all(in fields: ObservedFields) -> [Claim] {
        fields.compactMap { field, value in
            guard case .annotation(let key) = field, key.string.hasPrefix("evenkeel.dev/claim."),
                case .value(.text(let text)) = value
            else { return nil }
            return Claim(key: key, value: text)
        }.sorted { $0.key < $1.key }
    }

    /// The task that it is about; nil when the claim cannot be read.
    var task: Text? { json?["v"] == .number(1) ? json?["task"]?.text : nil }
    /// What is to be run; nil when the claim cannot be read.
    var fingerprint: String? { json?["v"] == .number(1) ? json?["fp"]?.text?.string : nil }
    /// When it was put up, by the clock of whoever did.
    var time: String? { json?["at"]?.text?.string }
    /// Who put it up, in words.
    var holder: String { json?["by"]?.text?.string ?? "somebody" }

    func isOf(_ fingerprint: String) -> Bool { key.string.hasPrefix(Claim.prefix(of: fingerprint)) }

    /// Its holder is about to create a run of the task, of this specification or another one.
    ///
    /// Two specifications of a task share its record and must not run at the same time, so their claims exclude each other.
    func isRival(of fingerprint: String, knowing record: RunRecord) -> Bool {
        if isOf(fingerprint) { return true }
        return task.map { $0 == record.name } ?? record.runs.contains { isOf($0.fingerprint) }
    }

    /// One form for values and for the symbols that a plan shows in their place; all of them in quotes.
    static func text(task: String, fingerprint: String, time: String, holder: String) -> Text {
        Text(
            #"{"v":1,"task":\#(task),"fp":\#(fingerprint),"at":\#(time),"by":\#(holder)}"#
        )
    }

    /// The server takes 5000 scalars and no NUL in an annotation.
    private static func shortened(_ holder: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: holder.unicodeScalars.filter { $0.value != 0 }.prefix(500))
        return String(scalars)
    }
}

/// How long claims hold, all in proportion to one time: how long a claim has to stand unchanged before its holder is
/// taken for dead.
package struct ClaimTimes: Hashable, Sendable {
    /// Seen unchanged for so long by our own clock, a claim is dead: 90 s unless told otherwise.
    let dead: Duration
    /// A claim that is older is given up and put up anew before anything is created: 30 s.
    var hold: Duration { dead / 3 }
    /// A run whose answer was lost is looked for so long: 60 s.
    var search: Duration { dead * 2 / 3 }
    /// The longest pause between two looks at others' claims.
    var longestPause: Duration { dead / 18 }
    /// Whoever is about to write a record is given so long, by those who write it without a claim: 10 s.
    var courtesy: Duration { dead / 9 }
    /// Claims of others that come and go are outwaited so long.
    var patience: Duration { dead * 10 }

    /// - Parameter seconds: of `--claim-timeout`, at least 3.
    package init(seconds: Int) {
        dead = .seconds(seconds)
    }
}
