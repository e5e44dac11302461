import Diagnostics

/// The checked body of a new deployment (`cloud_controller_ng app/messages/deployment_create_message.rb`).
struct DeploymentMessage {
    let strategy: String
    let dropletGUID: String?
    let revisionGUID: String?
    private(set) var options = DeploymentOptions()
    let metadata: MetadataChange

    init(_ body: JSONObject) throws(Refusal) {
        var rules = BodyRules(body)
        rules.allowOnly(["relationships", "droplet", "revision", "strategy", "options", "metadata"])
        metadata = try MetadataChange(body, messages: &rules.messages)
        let given = body["strategy"] ?? .null
        strategy = given.isNull ? "rolling" : given.text ?? RubyText.inspect(given)
        if !["rolling", "canary"].contains(strategy) {
            rules.messages.append("Strategy '\(strategy)' is not a supported deployment strategy")
        }
        dropletGUID = body["droplet"]?["guid"]?.text
        revisionGUID = body["revision"]?["guid"]?.text
        if dropletGUID != nil, revisionGUID != nil {
            rules.messages.append("Cannot set both fields 'droplet' and 'revision'")
        }
        if let options = body["options"], !options.isNull { readOptions(options, &rules) }
        try rules.requireNone()
        // no steps at all pass the message, and then the server looks for the first one
        if options.canaryWeights?.isEmpty ?? false { throw .unknownError }
    }

    private mutating func readOptions(_ value: JSONValue, _ rules: inout BodyRules) {
        guard let object = value.object else { return rules.messages.append("Options must be an object") }
        let known = [
            "canary", "max_in_flight", "web_instances", "memory_in_mb", "disk_in_mb",
            "log_rate_limit_in_bytes_per_second",
        ]
        let unknown = object.names.filter { !known.contains($0) }
        if !unknown.isEmpty {
            rules.messages.append("Options has unsupported key(s): \(unknown.joined(separator: ", "))")
        }
        if let given = object["max_in_flight"], !given.isNull {
            if let number = given.integer, number > 0 {
                options.maxInFlight = number
            } else {
                rules.messages.append("Max in flight must be an integer greater than 0")
            }
        }
        let largest = BodyRules.largestColumn
        options.webInstances = rules.number("web_instances", object["web_instances"], .atLeast(0), largest)
        options.memory = rules.number("memory_in_mb", object["memory_in_mb"], .above(0), largest)
        options.disk = rules.number("disk_in_mb", object["disk_in_mb"], .above(0), largest)
        let logRate = "log_rate_limit_in_bytes_per_second"
        options.logRate = rules.number(logRate, object[logRate], .atLeast(-1))
        if let canary = object["canary"], !canary.isNull { readCanary(canary, &rules) }
    }

    private mutating func readCanary(_ value: JSONValue, _ rules: inout BodyRules) {
        guard strategy == "canary" else {
            return rules.messages.append("Options canary are only valid for Canary deployments")
        }
        guard let object = value.object else { return rules.messages.append("Options canary must be an object") }
        let unknown = object.names.filter { $0 != "steps" }
        if !unknown.isEmpty {
            rules.messages.append("Options canary has unsupported key(s): \(unknown.joined(separator: ", "))")
        }
        guard let given = object["steps"], !given.isNull else { return }
        guard let steps = given.list, steps.allSatisfy({ $0.object != nil }) else {
            return rules.messages.append("Options canary steps must be an array of objects")
        }
        for step in steps {
            let unknown = step.object?.names.filter { $0 != "instance_weight" } ?? []
            guard !unknown.isEmpty else { continue }
            rules.messages.append("Options canary steps has unsupported key(s): \(unknown.joined(separator: ", "))")
        }
        if !steps.allSatisfy({ $0["instance_weight"] != nil }) {
            rules.messages.append("Options canary steps missing key: \"instance_weight\"")
        }
        let weights = steps.compactMap { $0["instance_weight"]?.integer }
        guard weights.count == steps.count, weights.allSatisfy({ (1...100).contains($0) }) else {
            return rules.messages.append(
                "Options canary steps instance weight must be an Integer between 1-100 (inclusive)"
            )
        }
        guard weights == weights.sorted() else {
            return rules.messages.append("Options canary steps instance weight must be sorted in ascending order")
        }
        options.canaryWeights = weights
    }
}
