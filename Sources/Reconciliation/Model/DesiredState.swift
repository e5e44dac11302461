package import Diagnostics

/// What the manifests ask for: the resources that they declare, with only the fields that they mention.
///
/// Made by `Manifest`. It knows places in files and no guids.
package struct DesiredState: Hashable, Sendable, Codable {
    /// One entry a document that has an `api` key: the observed API must be among the URLs of each.
    package var pins: [APIPin]
    /// Documents that name the same space are merged; sorted by organization and space.
    package var spaces: [DesiredSpace]
    /// The values of secrets files; no saved plan holds them.
    package var secrets = Secrets()
    /// Set where only a part is left, so that limits are still measured by all that the manifests declare.
    private var appsBeforeNarrowing: Int?

    private enum CodingKeys: CodingKey {
        case pins, spaces, appsBeforeNarrowing
    }

    package init(pins: [APIPin] = [], spaces: [DesiredSpace] = []) {
        self.pins = pins
        self.spaces = spaces
    }

    package var apps: [(space: DesiredSpace, app: DesiredApp)] {
        spaces.flatMap { space in space.apps.map { (space, $0) } }
    }

    /// How many apps the manifests declare, also those that were left out by a narrowing.
    package var declaredApps: Int { appsBeforeNarrowing ?? apps.count }

    /// The same declarations with other spaces, as a part of all that is declared.
    func narrowed(to spaces: [DesiredSpace]) -> DesiredState {
        var narrowed = self
        narrowed.appsBeforeNarrowing = declaredApps
        narrowed.spaces = spaces
        return narrowed
    }
}

/// The API URLs that a document may be applied to.
package struct APIPin: Hashable, Sendable, Codable {
    package let urls: [Text]
    package let origin: SourceRange

    package init(urls: [Text], origin: SourceRange) {
        self.urls = urls
        self.origin = origin
    }
}

/// A space with the apps declared in it.
package struct DesiredSpace: Hashable, Sendable, Codable {
    package var organization: Declared<Text>
    package var space: Declared<Text>
    /// Sorted by name.
    package var apps: [DesiredApp]
    /// Of the documents that name the space, in their order; a document without apps has one, too.
    package var managers: [Text] = []

    package init(organization: Declared<Text>, space: Declared<Text>, apps: [DesiredApp] = []) {
        self.organization = organization
        self.space = space
        self.apps = apps
    }
}

/// A value with the place where it was written.
package struct Declared<Value: Hashable & Sendable>: Hashable, Sendable {
    package let value: Value
    package let origin: SourceRange

    package init(_ value: Value, at origin: SourceRange) {
        self.value = value
        self.origin = origin
    }
}

extension Declared: Codable where Value: Codable {}

/// A field that a manifest mentions.
package struct DeclaredField: Hashable, Sendable {
    package let field: Field
    package let value: DesiredValue
    /// The place of the value.
    package let origin: SourceRange
    /// The place of the key; a server's complaint about a field that was not asked for by value points here.
    package let keyOrigin: SourceRange
    /// The text as written, with `((name))` in it, where a value from a secrets file went into it; nil otherwise.
    ///
    /// A field that has it is masked in every output.
    package let masked: Text?

    package init(
        _ field: Field,
        _ value: DesiredValue,
        at origin: SourceRange,
        key keyOrigin: SourceRange,
        masked: Text? = nil
    ) {
        self.field = field
        self.value = value
        self.origin = origin
        self.keyOrigin = keyOrigin
        self.masked = masked
    }
}

/// An app with what is declared of it.
///
/// Resources inside are in the order of the manifest.
package struct DesiredApp: Hashable, Sendable, Codable {
    package var name: Text
    /// The place of the app's name.
    package var origin: SourceRange
    package var manager: Declared<Text>?
    package var isProtected: Declared<Bool>?
    package var rollout: Declared<DesiredRollout>?
    /// Labels and annotations of the app.
    package var fields: [DeclaredField]
    package var droplet: DesiredDroplet?
    /// The image of a droplet that the targets leave out; runs that are made once per droplet still depend on it.
    package var imageOutsideTargets: DeclaredField?
    /// How that image would be changed.
    package var imageUpdateOutsideTargets: DesiredDroplet.ImageUpdate?
    package var processes: [DesiredProcess]
    package var tasks: [DesiredTask]
    /// Tasks that the targets leave out and that have to have succeeded before a rollout.
    package var gatesOutsideTargets: [DesiredTask] = []
    /// What the command line narrows the app to; empty when it is whole.
    package var targets: [TargetPattern] = []

    package init(name: Text, origin: SourceRange) {
        self.name = name
        self.origin = origin
        fields = []
        processes = []
        tasks = []
    }

    /// The image that the manifest declares, whether the targets cover it or not.
    package var declaredImage: DeclaredField? {
        droplet?.fields.first { $0.field == .image } ?? imageOutsideTargets
    }
}

extension DesiredApp {
    /// The tasks that something is to be known of: the declared ones, whether the targets cover them or not.
    package var observedTasks: [DesiredTask] { tasks + gatesOutsideTargets }
}

/// How changed settings are made live.
package struct DesiredRollout: Hashable, Sendable, Codable {
    package enum Strategy: String, Hashable, Sendable, Codable, CaseIterable {
        case none, restart, rolling
    }

    package var strategy: Strategy
    /// At least 1; only with `rolling`.
    package var maxInFlight: Int
    /// Seconds.
    package var timeout: Int

    package init(strategy: Strategy, maxInFlight: Int = 1, timeout: Int = 600) {
        self.strategy = strategy
        self.maxInFlight = maxInFlight
        self.timeout = timeout
    }
}

/// The app's current droplet, whatever its guid.
package struct DesiredDroplet: Hashable, Sendable, Codable {
    package enum ImageUpdate: String, Hashable, Sendable, Codable, CaseIterable {
        case inPlace = "in_place"
        case restage
    }

    /// The place of the key `droplet`.
    package var origin: SourceRange
    /// Image, labels and annotations.
    package var fields: [DeclaredField]
    package var imageUpdate: Declared<ImageUpdate>?

    package init(origin: SourceRange, fields: [DeclaredField] = []) {
        self.origin = origin
        self.fields = fields
    }
}

/// A process, named by its type.
package struct DesiredProcess: Hashable, Sendable, Codable {
    package var type: Text
    /// The place of the type.
    package var origin: SourceRange
    package var fields: [DeclaredField]

    package init(type: Text, origin: SourceRange, fields: [DeclaredField] = []) {
        self.type = type
        self.origin = origin
        self.fields = fields
    }
}

/// A task that must have run, or that must not be running.
package struct DesiredTask: Hashable, Sendable, Codable {
    package enum Run: String, Hashable, Sendable, Codable, CaseIterable {
        case once
        case oncePerDroplet = "once_per_droplet"
    }

    package enum Position: String, Hashable, Sendable, Codable, CaseIterable {
        case beforeRollout = "before_rollout"
        case afterRollout = "after_rollout"
    }

    package var name: Text
    /// The place of the name.
    package var origin: SourceRange
    /// Command, memory, disk, log rate limit, user, labels and annotations.
    package var fields: [DeclaredField]
    /// The process type of the app that the task takes its settings from.
    package var template: Declared<Text>?
    package var run: Run
    package var revision: Declared<Int>?
    package var when: Declared<Position>?
    /// Seconds to wait for the run's end; nil inside means `wait: false`.
    package var wait: Declared<Int?>?
    package var retries: Declared<Int>?
    /// `state: canceled`, with its place.
    package var canceled: Declared<Bool>?

    package init(name: Text, origin: SourceRange, fields: [DeclaredField] = []) {
        self.name = name
        self.origin = origin
        self.fields = fields
        run = .once
    }
}
