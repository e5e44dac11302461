import Diagnostics

/// What the server's model checks when a process is saved (`cloud_controller_ng app/models/runtime/process_model.rb`).
enum ProcessModelRules {
    static func messages(_ process: ProcessRow) -> [String] {
        var messages: [String] = []
        if let user = process.user, !permits(user) { messages.append(userMessage(user)) }
        if process.disk > ServerDefaults.maximumDisk {
            messages.append(
                "disk_quota too much disk requested (requested \(process.disk) MB - must be less than "
                    + "\(ServerDefaults.maximumDisk) MB)"
            )
        }
        let check = process.healthCheck
        if let timeout = check.timeout, timeout > ServerDefaults.maximumHealthCheckTimeout {
            messages.append("health_check_timeout Maximum exceeded: max \(ServerDefaults.maximumHealthCheckTimeout)s")
        }
        if check.type == "http", check.endpoint == nil {
            messages.append("health_check_http_endpoint HTTP health check endpoint is not a valid URI path: ")
        }
        if process.readinessHealthCheck.type == "http", process.readinessHealthCheck.endpoint == nil {
            messages.append(
                "readiness_health_check_http_endpoint HTTP readiness health check endpoint is not a valid URI path: "
            )
        }
        return messages
    }

    static func permits(_ user: Text) -> Bool {
        ServerDefaults.permittedUsers.contains { Text($0).caseFolded == user.caseFolded }
    }

    static func userMessage(_ user: Text) -> String {
        let permitted = ServerDefaults.permittedUsers.map { "'\($0)'" }.joined(separator: ", ")
        return "user invalid (requested user '\(user)' not allowed, permitted users are: \(permitted))"
    }
}
