import CloudController
import Diagnostics
import Reconciliation

let anywhere = SourceRange(
    file: "cf.yml",
    start: SourcePosition(line: 1, column: 1),
    end: SourcePosition(line: 1, column: 2)
)

extension DesiredState {
    /// One space of `acme` with apps of these names, changed by `adjust`.
    static func declaring(
        _ apps: [String],
        organization: String = "acme",
        space: String = "production",
        _ adjust: (inout DesiredApp) -> Void = { _ in }
    ) -> DesiredState {
        DesiredState(spaces: [.declaring(apps, organization: organization, space: space, adjust)])
    }
}

extension DesiredSpace {
    static func declaring(
        _ apps: [String],
        organization: String = "acme",
        space: String = "production",
        _ adjust: (inout DesiredApp) -> Void = { _ in }
    ) -> DesiredSpace {
        DesiredSpace(
            organization: Declared(Text(organization), at: anywhere),
            space: Declared(Text(space), at: anywhere),
            apps: apps.map { name in
                var app = DesiredApp(name: Text(name), origin: anywhere)
                adjust(&app)
                return app
            }
        )
    }
}

extension DesiredProcess {
    static func declaring(_ type: String, _ field: Field, _ value: DesiredValue) -> DesiredProcess {
        DesiredProcess(
            type: Text(type),
            origin: anywhere,
            fields: [DeclaredField(field, value, at: anywhere, key: anywhere)]
        )
    }
}

extension CloudControllerPlatform {
    /// A platform over a transport of the test, logged in as a client.
    static func test(over transport: any HTTPTransport) throws -> CloudControllerPlatform {
        CloudControllerPlatform(
            endpoint: try .test(),
            discovery: Discovery(login: try .test("https://login.example.org"), apiVersion: "3.228.0"),
            credentials: Credentials(.clientCredentials(id: "ci", secret: "x"), from: .environment),
            transport: transport
        )
    }
}
