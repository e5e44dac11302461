extension Unicode.Scalar {
    /// Moves the cursor, hides what follows or reorders it; a line end does not.
    ///
    /// Written anew on purpose: a test that asked the code under test would agree with its mistakes.
    package var isUnfitForTerminals: Bool {
        switch value {
        case 0x0a: false
        case 0x00...0x1f, 0x7f...0x9f: true
        case 0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
