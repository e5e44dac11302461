/// Recordings that ran against one foundation, one after the other.
struct ReplayGroup: Sendable {
    let seed: String
    let files: [String]
    /// The address that the recorded server gave itself.
    let address: String
    /// When the foundation was finished.
    let finished: String

    static let all = [
        ReplayGroup(
            seed: "00-seed",
            files: [
                "01-root-info", "02-lookups", "03-processes-read", "04-processes-patch", "05-processes-scale",
                "06-droplets", "07-tasks-create-read", "08-tasks-patch", "09-tasks-cancel", "10-label-selectors",
                "11-pagination", "12-authentication", "13-permissions", "14-bodies-routes", "15-audit-events",
                "16-during-deployment",
            ],
            address: "http://127.0.0.1:8181",
            finished: "2026-11-21T03:10:27Z"
        ),
        ReplayGroup(
            seed: "17-18-seed",
            files: ["17-quotas"],
            address: "http://127.0.0.1:8181",
            finished: "2026-11-21T03:12:52Z"
        ),
        ReplayGroup(
            seed: "17-18-seed",
            files: ["18-rate-limit-variant"],
            address: "http://127.0.0.1:8281",
            finished: "2026-11-21T03:12:53Z"
        ),
        ReplayGroup(
            seed: "19-seed",
            files: ["19-extra"],
            address: "http://127.0.0.1:8181",
            finished: "2026-11-21T03:15:49Z"
        ),
        ReplayGroup(
            seed: "20-seed",
            files: ["20-roles", "21-deployments", "22-restart", "23-restage", "24-audit-after"],
            address: "http://127.0.0.1:8181",
            finished: "2026-11-21T04:43:09Z"
        ),
    ]
}
