import Reconciliation

/// Work behind an answer, as `cloud_controller_ng app/presenters/v3/job_presenter.rb` shows it.
struct WireJob: Decodable, Sendable {
    let job: ObservedJob

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        let state: ObservedJob.State
        switch try container.text("state") {
        case "COMPLETE": state = .complete
        case "FAILED":
            let errors = try container.decodeIfPresent([WireError].self, forKey: WireKey("errors")) ?? []
            state = .failed(errors.map(\.message))
        default: state = .working
        }
        job = ObservedJob(guid: try container.text("guid"), state: state)
    }
}
