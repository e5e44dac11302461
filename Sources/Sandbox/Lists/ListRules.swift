/// Which parameters a list accepts.
struct ListRules: Sendable {
    /// Filters of its own whose values are separated by commas, in the order in which the server names them.
    var filters: [String] = []
    /// Parameters of its own with one value.
    var single: [String] = []
    var includes: [String] = []
    var orderKeys = ["created_at", "updated_at"]
    var hasLabels = true
    /// Filters that are accepted in general and refused on this path.
    var refused: [String] = []
    /// Whether `app_guid` narrows the list as the path does: Rails does not tell the two apart.
    var takesAppGUID = false
    /// The messages of roles come as 422 and without an introduction.
    var refusesAsUnprocessable = false
    /// Whether the total is also known on a page past the end, because it is counted by itself.
    var countsPastEnd = false
    /// What the list is ordered by, and says so in its links, when nothing is asked for.
    var defaultOrder: String?

    /// The names of all parameters, in the order of the server's message.
    var names: [String] {
        ["page", "per_page", "order_by", "created_ats", "updated_ats", "guids"] + filters
            + (includes.isEmpty ? [] : ["include"]) + single + (hasLabels ? ["label_selector"] : [])
    }

    static let organizations = ListRules(
        filters: ["names"],
        orderKeys: ["created_at", "updated_at", "name"]
    )
    static let spaces = ListRules(
        filters: ["names", "organization_guids"],
        includes: ["org", "organization"],
        orderKeys: ["created_at", "updated_at", "name"]
    )
    static let apps = ListRules(
        filters: ["names", "organization_guids", "space_guids", "stacks"],
        single: ["lifecycle_type"],
        includes: ["space", "org", "space.organization"],
        orderKeys: ["created_at", "updated_at", "name", "state"]
    )
    static let processes = ListRules(
        filters: ["space_guids", "organization_guids", "types", "app_guids"],
        single: ["embed"],
        takesAppGUID: true
    )
    static let droplets = ListRules(
        filters: ["states", "app_guids", "space_guids", "organization_guids"],
        single: ["current"],
        takesAppGUID: true
    )
    static let tasks = ListRules(
        filters: ["names", "states", "app_guids", "organization_guids", "space_guids", "sequence_ids"])
    static let deployments = ListRules(filters: ["app_guids", "states", "status_reasons", "status_values"])
    static let revisions = ListRules(filters: ["versions"], single: ["deployable"])
    static let deployedRevisions = ListRules(hasLabels: false)
    static let packages = ListRules(filters: ["states", "types", "app_guids", "space_guids", "organization_guids"])
    static let builds = ListRules(filters: ["states", "app_guids", "package_guids"])
    static let packageDroplets = ListRules(filters: ["states"])
    static let roles = ListRules(
        filters: ["organization_guids", "space_guids", "user_guids", "types"],
        includes: ["user", "organization", "space"],
        hasLabels: false,
        refusesAsUnprocessable: true,
        defaultOrder: "created_at"
    )
    static let events = ListRules(
        filters: ["types", "target_guids", "space_guids", "organization_guids"],
        hasLabels: false,
        countsPastEnd: true
    )

    func refusing(_ names: [String]) -> ListRules {
        var result = self
        result.refused = names
        return result
    }
}
