extension Store {
    /// `GET /`: the API's version stands here only.
    func root(_ call: Call) -> Answer {
        Answer.json(200, contentType: "application/json;charset=utf-8") { writer in
            writer.object { writer in
                writer.object("links") { writer in
                    writer.link("self", baseURL)
                    writer.object("cloud_controller_v3") { writer in
                        writer.text("href", baseURL + "/v3")
                        writer.object("meta") { $0.text("version", Store.apiVersion) }
                    }
                    writer.link("network_policy_v0", baseURL + "/networking/v0/external")
                    writer.link("network_policy_v1", baseURL + "/networking/v1/external")
                    writer.link("login", baseURL)
                    writer.link("uaa", baseURL)
                    for name in ["credhub", "routing", "logging", "log_cache", "log_stream"] { writer.null(name) }
                    writer.object("app_ssh") { writer in
                        writer.text("href", "ssh.sandbox.example:2222")
                        writer.object("meta") { writer in
                            writer.null("host_key_fingerprint")
                            writer.text("oauth_client", "ssh-proxy")
                        }
                    }
                }
            }
        }
    }

    static let apiVersion = "3.228.0"

    /// `GET /v3`.
    func rootOfVersion3(_ call: Call) -> Answer {
        let names = [
            "app_usage_events", "apps", "audit_events", "buildpacks", "builds", "deployments", "domains", "droplets",
            "environment_variable_groups", "feature_flags", "info", "isolation_segments", "organizations",
            "organization_quotas", "packages", "processes", "resource_matches", "roles", "routes", "security_groups",
            "service_brokers", "service_instances", "service_credential_bindings", "service_offerings", "service_plans",
            "service_route_bindings", "service_usage_events", "spaces", "space_quotas", "stacks", "tasks", "users",
        ]
        return Answer.json(200, capacity: 4096) { writer in
            writer.object { writer in
                writer.object("links") { writer in
                    writer.link("self", baseURL + "/v3")
                    for name in names { writer.link(name, "\(baseURL)/v3/\(name)") }
                }
            }
        }
    }

    /// `GET /v3/info`.
    func info(_ call: Call) -> Answer {
        Answer.json(200) { writer in
            writer.object { writer in
                writer.text("build", "sandbox")
                writer.object("cli_version") { writer in
                    writer.text("minimum", "")
                    writer.text("recommended", "")
                }
                writer.object("custom") { _ in }
                writer.text("description", "Evenkeel sandbox")
                writer.text("name", "sandbox")
                writer.number("version", 0)
                writer.text("osbapi_version", "2.15")
                writer.object("rate_limits") { writer in
                    writer.bool("enabled", rateLimit != nil)
                    writer.number("general_limit", rateLimit?.general ?? 2000)
                    writer.number("reset_interval_in_minutes", (rateLimit?.intervalInSeconds ?? 3600) / 60)
                }
                writer.object("links") { writer in
                    writer.link("self", baseURL + "/v3/info")
                    writer.link("support", "")
                }
            }
        }
    }

    func health(_ call: Call) -> Answer {
        Answer.text(200, "OK", contentType: "application/json")
    }
}
