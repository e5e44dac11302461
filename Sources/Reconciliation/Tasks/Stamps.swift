/// Where times, random parts and the name of this machine come from: nothing else in the core is not repeatable.
package struct Stamps: Sendable {
    /// The wall clock, in seconds since 1970; written down for people, and compared only over weeks.
    package var now: @Sendable () -> Int
    package var random: @Sendable () -> UInt64
    /// The user and the machine, such as `deployer/build-7`.
    package var holder: String

    package init(
        now: @escaping @Sendable () -> Int = { 0 },
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) },
        holder: String = "somebody"
    ) {
        self.now = now
        self.random = random
        self.holder = holder
    }

    var time: String { "\(Moment(seconds: now()))" }

    /// A number of 0 or more and less than 1.
    var fraction: Double { Double(random() >> 11) / Double(UInt64(1) << 53) }

    /// Days since a time that was written down; nil when it cannot be read.
    ///
    /// A time that is to come was written down by a clock that is ahead of ours: that was just now.
    func days(since time: String) -> Int? { Moment(time).map { max(0, now() - $0.seconds) / 86_400 } }
}

/// A moment of the wall clock in UTC, written as `2026-11-26T12:00:00Z`.
struct Moment: Hashable, Sendable {
    /// Since 1970.
    let seconds: Int

    init(seconds: Int) {
        self.seconds = seconds
    }

    init?(_ text: String) {
        guard let match = text.wholeMatch(of: #/(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z/#) else { return nil }
        let (_, year, month, day, hour, minute, second) = match.output
        guard let year = Int(year), let month = Int(month), let day = Int(day), let hour = Int(hour),
            let minute = Int(minute), let second = Int(second), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        seconds = Moment.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    /// Days from 1970-01-01, in years that begin in March so that the leap day comes last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = month > 2 ? year : year - 1
        let months = (month + 9) % 12
        return years * 365 + years / 4 - years / 100 + years / 400 + (months * 306 + 5) / 10 + day - 1 - 719_468
    }
}

extension Moment: CustomStringConvertible {
    var description: String {
        let days = seconds / 86_400
        var year = 1970 + days / 366
        while Moment.days(year + 1, 1, 1) <= days { year += 1 }
        var month = 1
        while month < 12, Moment.days(year, month + 1, 1) <= days { month += 1 }
        let day = days - Moment.days(year, month, 1) + 1
        let rest = seconds % 86_400
        let parts = [year, month, day, rest / 3600, rest / 60 % 60, rest % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(parts[0])-\(parts[1])-\(parts[2])T\(parts[3]):\(parts[4]):\(parts[5])Z"
    }
}

/// Time that has passed by one clock since this was made.
struct Stopwatch: Sendable {
    private let read: @Sendable () -> Duration

    init(on clock: any Clock<Duration>) {
        read = Stopwatch.reader(of: clock)
    }

    var elapsed: Duration { read() }

    private static func reader<C: Clock<Duration>>(of clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
