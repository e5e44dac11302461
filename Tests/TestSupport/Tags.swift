package import Testing

extension Tag {
    /// Does more with `scripts/test --all`.
    @Tag package static var thorough: Self
    /// Talks to a server on loopback.
    @Tag package static var socket: Self
    /// Starts the binary that was built with the tests.
    @Tag package static var binary: Self
}
