extension Seed {
    /// How instances of processes fare that look a certain way.
    ///
    /// Each pattern that is given must match what the instances were started with; `*` stands for any text.
    package struct ProcessRun: Sendable {
        package enum Result: String, Sendable, CaseIterable {
            case running
            /// Starts, and crashes instead of running.
            case crashed
            /// Finds no place to run: DOWN with details.
            case unplaced
            /// The runtime says nothing of it: DOWN.
            case missing
            /// Runs and is never ready for traffic.
            case unready
        }

        package var app: String?
        package var type: String?
        package var command: String?
        package var image: String?
        package var droplet: String?
        /// Which instances, from 0; nil is all.
        package var instances: [Int]?
        /// Seconds of the sandbox's clock in STARTING; nil never leaves it.
        package var startSeconds: Int?
        package var result: Result
        package var details: String?

        package init(
            app: String? = nil,
            type: String? = nil,
            command: String? = nil,
            image: String? = nil,
            droplet: String? = nil,
            instances: [Int]? = nil,
            startSeconds: Int? = 0,
            result: Result = .running,
            details: String? = nil
        ) {
            self.app = app
            self.type = type
            self.command = command
            self.image = image
            self.droplet = droplet
            self.instances = instances
            self.startSeconds = startSeconds
            self.result = result
            self.details = details
        }
    }

    /// How builds of docker images run, and what they make.
    package struct BuildRun: Sendable {
        package enum Result: String, Sendable, CaseIterable {
            case staged, failed
            /// Refused by the runtime for its content: 500 to the request, and a FAILED build stays.
            case refused
        }

        /// The image of the package; `*` stands for any text.
        package var image: String
        /// nil stages for ever.
        package var runSeconds: Int?
        package var result: Result
        package var error: String?
        package var processTypes: [(type: String, command: String)]
        package var executionMetadata: String
        package var user: String?

        package init(
            _ image: String,
            runSeconds: Int? = 5,
            result: Result = .staged,
            error: String? = nil,
            processTypes: [(type: String, command: String)] = [("web", "")],
            executionMetadata: String = "",
            user: String? = nil
        ) {
            self.image = image
            self.runSeconds = runSeconds
            self.result = result
            self.error = error
            self.processTypes = processTypes
            self.executionMetadata = executionMetadata
            self.user = user
        }
    }
}
