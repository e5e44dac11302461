/// A rule of planning that tests can switch off, to show that a property would notice.
///
/// In a release build there is no way to.
enum Rule: Hashable, Sendable, CaseIterable {
    /// What is in place is not sent.
    case comparesFirst
    /// A number inside a declared band is left as it is.
    case leavesBandsAlone
    /// Only what is in our record can be removed.
    case removesRecordedKeysOnly
    /// Only what is still as we set it can be removed.
    case removesUnchangedKeysOnly
    /// A key that another manager holds, too, is not removed.
    case removesUnsharedKeysOnly
    /// The operations of an app stand in the order of the table.
    case ordersOperations
    /// Apps stand in the order of their names.
    case ordersApps
    /// A restart that is owed is remembered on the process, in the request that makes it so.
    case remembersRestarts

    #if BREAKABLE_RULES
    @TaskLocal static var broken: Rule?

    var holds: Bool { Rule.broken != self }
    #else
    var holds: Bool { true }
    #endif
}
