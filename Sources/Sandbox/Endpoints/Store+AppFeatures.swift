import Diagnostics

/// What an app can have switched on (`cloud_controller_ng app/models/runtime/app_features.rb`).
enum AppFeature: String, CaseIterable {
    case ssh
    case revisions
    case serviceBindingK8s = "service-binding-k8s"
    case fileBasedVCAPServices = "file-based-vcap-services"

    /// The words of the presenters (`cloud_controller_ng app/presenters/v3/app_*_feature_presenter.rb`).
    fileprivate var description: String {
        switch self {
        case .ssh: "Enable SSHing into the app."
        case .revisions: "Enable versioning of an application"
        case .serviceBindingK8s: "Enable k8s service bindings for the app"
        case .fileBasedVCAPServices: "Enable file-based VCAP service bindings for the app"
        }
    }

    /// What a new app has.
    static let usual: Set<AppFeature> = [.ssh, .revisions]
}

// cloud_controller_ng app/controllers/v3/app_features_controller.rb
extension Store {
    /// `GET /v3/apps/:guid/features`: all of them, on one page whatever the query says.
    func listAppFeatures(_ call: Call) throws(Refusal) -> Answer {
        let (app, _) = try readableApp(call.parameter("guid"), call)
        let url = "\(baseURL)/v3/apps/\(app.guid)/features"
        return Answer.json(200) { writer in
            writer.object { writer in
                writer.list("resources") { writer in
                    for feature in AppFeature.allCases { write(feature, of: app, to: &writer) }
                }
                writer.object("pagination") { writer in
                    writer.number("total_results", AppFeature.allCases.count)
                    writer.number("total_pages", 1)
                    writer.object("first") { $0.text("href", url) }
                    writer.object("last") { $0.text("href", url) }
                    writer.null("next")
                    writer.null("previous")
                }
            }
        }
    }

    func getAppFeature(_ call: Call) throws(Refusal) -> Answer {
        let (app, _) = try readableApp(call.parameter("guid"), call)
        let feature = try feature(call)
        return Answer.json(200) { write(feature, of: app, to: &$0) }
    }

    /// `PATCH /v3/apps/:guid/features/:name`: leaves neither an event nor another time.
    func updateAppFeature(_ call: Call) throws(Refusal) -> Answer {
        let (app, space) = try readableApp(call.parameter("guid"), call)
        try requireWritable(space, by: .developer, call)
        let feature = try feature(call)
        var rules = BodyRules(call.body)
        rules.allowOnly(["enabled"])
        var isEnabled = false
        if case .bool(let given)? = call.body["enabled"] {
            isEnabled = given
        } else {
            rules.messages.append("Enabled must be a boolean")
        }
        try rules.requireNone()
        apps.update(app.guid) { row in
            if isEnabled { row.features.insert(feature) } else { row.features.remove(feature) }
        }
        return Answer.json(200) { write(feature, of: apps[app.guid] ?? app, to: &$0) }
    }

    private func feature(_ call: Call) throws(Refusal) -> AppFeature {
        guard let feature = AppFeature(rawValue: call.parameter("name")) else { throw .notFound("Feature") }
        return feature
    }

    private func write(_ feature: AppFeature, of app: AppRow, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.text("name", feature.rawValue)
            writer.text("description", feature.description)
            writer.bool("enabled", app.features.contains(feature))
        }
    }
}
