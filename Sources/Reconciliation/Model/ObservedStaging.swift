package import Diagnostics

/// What an app has of packages, builds and droplets, as far as a new droplet is or could be made of them.
///
/// Each in the server's order, which is the order in which they were made.
package struct ObservedStaging: Hashable, Sendable {
    /// Docker packages in any state.
    package var packages: [ObservedPackage]
    /// Builds that are STAGING; of an app that was read alone those that have ended, too.
    package var builds: [ObservedBuild]
    /// Droplets that are STAGED.
    package var droplets: [ObservedDroplet]

    package init(packages: [ObservedPackage] = [], builds: [ObservedBuild] = [], droplets: [ObservedDroplet] = []) {
        self.packages = packages
        self.builds = builds
        self.droplets = droplets
    }
}

/// A docker package, that is an image that can be staged.
package struct ObservedPackage: Hashable, Sendable {
    package var guid: String
    /// READY, EXPIRED, FAILED, ...
    package var state: String
    package var image: Text?
    /// It carries a name and password for the image's registry.
    package var hasCredentials: Bool

    package init(guid: String, state: String, image: Text?, hasCredentials: Bool = false) {
        self.guid = guid
        self.state = state
        self.image = image
        self.hasCredentials = hasCredentials
    }
}

/// Work that the server does behind its answer (`cloud_controller_ng app/presenters/v3/job_presenter.rb`).
package struct ObservedJob: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case working, complete
        /// With the server's words.
        case failed([PlatformError.APIMessage])
    }

    package var guid: String
    package var state: State

    package init(guid: String, state: State) {
        self.guid = guid
        self.state = state
    }
}

/// The staging of a package into a droplet.
package struct ObservedBuild: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case staging
        case staged(droplet: String)
        /// With the server's words, if it gave any.
        case failed(String?)
    }

    package var guid: String
    package var packageGUID: String
    package var state: State
    package var createdAt: String

    package init(guid: String, packageGUID: String, state: State, createdAt: String) {
        self.guid = guid
        self.packageGUID = packageGUID
        self.state = state
        self.createdAt = createdAt
    }
}

extension ObservedStaging {
    /// What there is already on the way from an image to its droplet, the furthest of it.
    enum Supply: Hashable {
        case nothing
        case package(ObservedPackage)
        case build(ObservedBuild)
        case droplet(ObservedDroplet)
    }

    /// What an interrupted restage, or an earlier version with that image, has left.
    ///
    /// - Parameter current: The guid of the current droplet, which is to be replaced.
    func supply(of image: Text, besides current: String?) -> Supply {
        let guids = Set(packages.filter { $0.image == image }.map(\.guid))
        let made = droplets.last { $0.guid != current && self.image(of: $0) == .value(.text(image)) }
        if let made { return .droplet(made) }
        if let build = builds.last(where: { $0.state == .staging && guids.contains($0.packageGUID) }) {
            return .build(build)
        }
        if let package = packages.last(where: { $0.image == image && $0.state == "READY" }) { return .package(package) }
        return .nothing
    }

    /// The droplet that could be taken up for an image; nil when there is none.
    package func droplet(of image: Text, besides current: String?) -> ObservedDroplet? {
        if case .droplet(let droplet) = supply(of: image, besides: current) { droplet } else { nil }
    }

    /// Takes a droplet as it was shown by itself, since lists hide what it brings.
    package mutating func show(_ droplet: ObservedDroplet) {
        guard let index = droplets.firstIndex(where: { $0.guid == droplet.guid }) else { return }
        droplets[index] = droplet
    }

    /// The droplet of the newest build of the image that is STAGED, where the list of droplets does not have it.
    func unlistedDroplet(of image: Text) -> String? {
        let guids = Set(packages.filter { $0.image == image }.map(\.guid))
        for build in builds.reversed() where guids.contains(build.packageGUID) {
            guard case .staged(let guid) = build.state else { continue }
            return droplets.contains { $0.guid == guid } ? nil : guid
        }
        return nil
    }

    /// The image that the droplet was made from, which is what is compared with a declared one.
    ///
    /// That of its package: what the stager writes into the droplet may differ from it
    /// (`cloud_controller_ng lib/cloud_controller/diego/docker/staging_completion_handler.rb`). The droplet's own where the
    /// package is not known, and where the image was changed in place since.
    func image(of droplet: ObservedDroplet) -> ObservedValue? {
        let package = packages.first { $0.guid == droplet.packageGUID }
        guard droplet.isUntouched, let image = package?.image else { return droplet.fields[.image] }
        return .value(.text(image))
    }
}

extension ObservedDroplet {
    /// Evenkeel has not changed its image in place.
    fileprivate var isUntouched: Bool {
        guard case .value(.text(let marker)) = fields[.annotation(RestartMarker.key)] else { return true }
        return RestartMarker.isOfAssignment(marker)
    }
}

extension DesiredApp {
    /// The declared image where it is to be staged into a new droplet, whether the targets cover it or not.
    package var restagedImage: DeclaredField? {
        let update = droplet?.imageUpdate?.value ?? imageUpdateOutsideTargets
        return update == .restage ? declaredImage : nil
    }
}
