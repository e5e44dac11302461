/// Whether trouble strikes: in so many of a hundred cases, the same ones for the same seed.
package struct Chance: Sendable {
    private let percent: Int
    private var state: UInt64

    package init(percent: Int, seed: Int) {
        self.percent = percent
        state = UInt64(bitPattern: Int64(seed))
    }

    package mutating func strikes() -> Bool {
        // SplitMix64, https://prng.di.unimi.it/splitmix64.c
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % 100) < percent
    }
}
