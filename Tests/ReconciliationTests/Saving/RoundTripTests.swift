import Diagnostics
import Foundation
import Reconciliation
import Testing

/// What is read from a saved plan is what was saved.
@Suite struct RoundTripTests {
    @Test func `a plan that is read is equal to the one that was saved`() async throws {
        var operations = 0
        for seed in PropertyTests.seeds.prefix(500) {
            let approved = try await SavedCase(seed: seed).approved()

            let read = try approved.savedAndRead()

            #expect(read == approved, "seed \(seed)")
            #expect(read.plan.checksum == approved.plan.checksum, "seed \(seed)")
            // Sets have no order; a plan with errors is not saved.
            if approved.plan.erroneous.isEmpty {
                #expect(try read.encoded() == approved.encoded(), "seed \(seed)")
            }
            operations += approved.plan.operations.count
        }
        #expect(operations > 1000)
    }

    @Test func `no secret is saved, and the same secrets bring back what was planned`() async throws {
        var hidden = 0
        for seed in PropertyTests.seeds.prefix(500) {
            let example = SavedCase(seed: seed, secretShare: 30)
            let approved = try await example.approved()

            let bytes = try approved.encoded()
            let read = try approved.savedAndRead()

            #expect(bytes.range(of: Data(SavedCase.secret.utf8)) == nil, "seed \(seed)")
            #expect(read.plan.checksum == approved.plan.checksum, "seed \(seed)")
            #expect(read.unsealed(example.secrets).declarations == approved.declarations, "seed \(seed)")
            hidden += example.secrets.count
        }
        #expect(hidden > 500)
    }

    @Test func `an observed value of a masked field is not saved either`() async throws {
        let desired = desiredState(
            desiredApp {
                $0.fields = [declared(.label("a"), .text(Text("new-\(SavedCase.secret)")), masked: "new-((a))")]
            }
        )
        let observed = observedState(observedApp { $0.fields = [.label("a"): .value(.text("old-secret"))] })
        let planning = try await Reconciler(platform: ModelPlatform(observed)).plan(desired)

        let text = String(decoding: try ApprovedPlan(planning, of: desired, warnings: []).encoded(), as: UTF8.self)

        #expect(!text.contains("old-secret"))
        #expect(!text.contains(SavedCase.secret))
        #expect(text.contains("(hidden)"))
        #expect(text.contains("new-((a)) ("))
    }

    @Test func `another secret is noticed`() throws {
        let field = declared(.command, .text("run one"), masked: "run ((a))")
        let sealed = try JSONDecoder().decode(DeclaredField.self, from: try JSONEncoder().encode(field))

        guard case .otherValue = sealed.unsealed(by: "run two") else {
            Issue.record("it was taken")
            return
        }
        guard case .value(let unsealed) = sealed.unsealed(by: "run one") else {
            Issue.record("it was not taken")
            return
        }
        #expect(unsealed == field)
    }

    @Test(arguments: ["caf\u{e9}", "a/b%c", "\u{1}", "a b", "droplet", "\u{1f600}"])
    func `an address is read from its printed form`(_ name: Text) {
        for part in [Address.Part.app, .droplet, .process(name), .task(name)] {
            let address = Address(organization: name, space: name, app: name, part: part)

            #expect(Address(printed: "\(address)") == address)
        }
    }

    @Test(arguments: [
        "", "a", "a/b", "a//c", "a/b/c/d", "a/b/c/processes", "a/b/c/droplet/e", "a/b/%", "a/b/%zz", "a/b/%ff",
    ])
    func `what is no address is refused`(_ text: String) {
        #expect(Address(printed: text) == nil)
    }

    @Test(arguments: [
        "{}", "[]", #"{"plan": 1}"#, #"{"min": 5, "max": 1}"#, #"{"min": 5}"#, "1.5", "true", "99999999999999999999",
    ])
    func `values of another kind are refused`(_ text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(DesiredValue.self, from: Data(text.utf8)) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ApprovedPlan.self, from: Data(text.utf8)) }
    }
}
