/// Who a token was given to, and for what.
struct Identity: Sendable, Hashable {
    let userGUID: String
    let userName: String
    let clientID: String
    let origin: String
    let email: String
    let scopes: [String]
    let isClient: Bool

    static let nobody = Identity(
        userGUID: "",
        userName: "",
        clientID: "",
        origin: "",
        email: "",
        scopes: [],
        isClient: false
    )

    var isAdmin: Bool { scopes.contains("cloud_controller.admin") }
    var readsEverything: Bool {
        isAdmin || scopes.contains("cloud_controller.admin_read_only")
            || scopes.contains("cloud_controller.global_auditor")
    }
    var readsSecretsEverywhere: Bool { isAdmin || scopes.contains("cloud_controller.admin_read_only") }
    var mayRead: Bool { readsEverything || scopes.contains("cloud_controller.read") }
    var mayWrite: Bool { isAdmin || scopes.contains("cloud_controller.write") }
    var updatesBuildState: Bool { isAdmin || scopes.contains("cloud_controller.update_build_state") }
}
