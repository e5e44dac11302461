/// The stable names of everything that Evenkeel complains about, as printed in `error[code]`.
package enum DiagnosticCode: String, Hashable, Sendable, Codable, CaseIterable {
    // Reading files and YAML
    case unreadableFile = "unreadable-file"
    case noManifests = "no-manifests"
    case emptyFile = "empty-file"
    case notUTF8 = "not-utf8"
    case yamlSyntax = "yaml-syntax"
    case yamlLimit = "yaml-limit"
    case unsupportedTag = "unsupported-tag"
    case duplicateKey = "duplicate-key"

    // The language of manifests
    case unknownKey = "unknown-key"
    case missingKey = "missing-key"
    case emptyValue = "empty-value"
    case nullNotAllowed = "null-not-allowed"
    case wrongType = "wrong-type"
    case invalidValue = "invalid-value"
    case conflictingKeys = "conflicting-keys"
    case reservedKey = "reserved-key"
    case duplicateResource = "duplicate-resource"
    case unusualValue = "unusual-value"
    case unresolvedVariable = "unresolved-variable"
    case invalidVariable = "invalid-variable"

    // Planning
    case wrongAPI = "wrong-api"
    case noSuchTarget = "no-such-target"
    case targetTooNarrow = "target-too-narrow"
    case notFound = "not-found"
    case notThereYet = "not-there-yet"
    case notPermitted = "not-permitted"
    case notSupportedByServer = "not-supported-by-server"
    case hiddenValue = "hidden-value"
    case conflict = "conflict"
    case recordUnreadable = "record-unreadable"
    case recordTooLarge = "record-too-large"
    case imageNotChangeable = "image-not-changeable"
    case deploymentInFlight = "deployment-in-flight"
    case runInProgress = "run-in-progress"
    case tooMuchChange = "too-much-change"
    case protected = "protected"
    case unreadableRecord = "unreadable-record"
    case recordLimit = "record-limit"

    // Saved plans
    case planNotSaved = "plan-not-saved"
    case invalidPlan = "invalid-plan"
    case planStale = "plan-stale"

    // Talking to the API
    case unreachable = "unreachable"
    case untrustedCertificate = "untrusted-certificate"
    case requestTimedOut = "request-timed-out"
    case notLoggedIn = "not-logged-in"
    case notAuthorized = "not-authorized"
    case rateLimited = "rate-limited"
    case apiRejected = "api-rejected"
    case apiUnavailable = "api-unavailable"
    case serverWarning = "server-warning"
    case unexpectedAnswer = "unexpected-answer"
    case notTaken = "not-taken"
    case unknownOutcome = "unknown-outcome"
    case runFailed = "run-failed"
    case startedTwice = "started-twice"
    case stagingFailed = "staging-failed"
    case rolloutFailed = "rollout-failed"
    case waitTimedOut = "wait-timed-out"
    case interrupted = "interrupted"

    // The command line
    case invalidConfiguration = "invalid-configuration"
}
