/// The checked body of a scale (`cloud_controller_ng app/messages/process_scale_message.rb`).
struct ScaleChange {
    private var instances: Int?
    private var memory: Int?
    private var disk: Int??
    private var logRate: Int?

    init(_ body: JSONObject) throws(Refusal) {
        var rules = BodyRules(body)
        rules.allowOnly(["instances", "memory_in_mb", "disk_in_mb", "log_rate_limit_in_bytes_per_second"])
        instances = rules.number("instances", body["instances"], .atLeast(0), BodyRules.largestColumn)
        memory = rules.number("memory_in_mb", body["memory_in_mb"], .above(0), BodyRules.largestColumn)
        let disk = rules.number("disk_in_mb", body["disk_in_mb"], .above(0), BodyRules.largestColumn)
        self.disk = body["disk_in_mb"].map { _ in disk }
        logRate = rules.number(
            "log_rate_limit_in_bytes_per_second",
            body["log_rate_limit_in_bytes_per_second"],
            .atLeast(-1)
        )
        try rules.requireNone()
        // null passes the message and trips up the model
        if body["instances"]?.isNull == true || body["memory_in_mb"]?.isNull == true { throw .unknownError }
    }

    /// A disk of null goes back to the default, a log rate of null changes nothing.
    func applied(to process: ProcessRow) -> ProcessRow {
        var result = process
        if let instances { result.instances = instances }
        if let memory { result.memory = memory }
        if let disk { result.disk = disk ?? ServerDefaults.disk }
        if let logRate { result.logRate = logRate }
        return result
    }
}
