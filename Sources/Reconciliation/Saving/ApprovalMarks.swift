import Diagnostics

// What is written for an approved plan names that plan, so that a repeated apply of it knows what it has done itself.

extension Plan.Operation {
    /// The operation with the plan's id in the markers that it writes and on the deployment that it makes.
    func marked(by approval: String) -> Plan.Operation {
        var operation = self
        operation.request = request.marked(by: approval)
        operation.preparing = preparing.map { $0.marked(by: approval) }
        return operation
    }
}

extension Request {
    fileprivate func marked(by approval: String) -> Request {
        var body = body
        if kind == .createDeployment {
            body = body?.changing(["metadata", "labels"]) { labels in
                .object((labels.members ?? []) + [JSON.Member(RolloutLabel.approval, .text(Text(approval)))])
            }
        } else {
            body = body?.changing(["metadata", "annotations", RestartMarker.key]) { marker in
                RestartMarker.marked(marker, by: approval)
            }
        }
        var request = Request(kind, path: path, body: body)
        request.timeout = timeout
        return request
    }
}

extension JSON {
    /// The value with another one at the path, where there is one.
    fileprivate func changing(_ path: ArraySlice<Text>, _ change: (JSON) -> JSON) -> JSON {
        guard let name = path.first else { return change(self) }
        guard case .object(let members) = self else { return self }
        return .object(
            members.map { member in
                member.name == name ? Member(name, member.value.changing(path.dropFirst(), change)) : member
            }
        )
    }
}
