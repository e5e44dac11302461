import Diagnostics

// `repeat: N` makes N of a space, an app or a process; `((i))` in its texts becomes the number of each, from 1. Inside
// something that is itself repeated the inner number holds.

private let placeholder = "((i))"

private func numbered(_ text: String, _ number: Int) -> String {
    guard text.utf8.contains(UInt8(ascii: "(")) else { return text }
    let bytes = Array(text.utf8)
    let pattern = Array(placeholder.utf8)
    var result: [UInt8] = []
    var position = 0
    while position < bytes.count {
        if bytes[position...].starts(with: pattern) {
            result.append(contentsOf: String(number).utf8)
            position += pattern.count
        } else {
            result.append(bytes[position])
            position += 1
        }
    }
    return String(decoding: result, as: UTF8.self)
}

extension Metadata {
    fileprivate func numbered(_ number: Int) -> Metadata {
        Metadata(labels: labels.numbered(number), annotations: annotations.numbered(number))
    }
}

extension Metadata.Entries {
    fileprivate func numbered(_ number: Int) -> Metadata.Entries {
        var result: Metadata.Entries = [:]
        for entry in entries {
            result[Text(Sandbox.numbered(entry.key.string, number))] = Text(
                Sandbox.numbered(entry.value.string, number)
            )
        }
        return result
    }
}

extension Seed.Identity {
    fileprivate func numbered(_ number: Int) -> Seed.Identity {
        var result = self
        result.guid = guid.map { Sandbox.numbered($0, number) }
        return result
    }
}

extension Seed.Space {
    func numbered(_ number: Int) -> Seed.Space {
        var result = self
        result.name = Sandbox.numbered(name, number)
        result.identity = identity.numbered(number)
        result.metadata = metadata.numbered(number)
        result.apps = apps.map { $0.count == 1 ? $0.numbered(number) : $0 }
        return result
    }
}

extension Seed.App {
    func numbered(_ number: Int) -> Seed.App {
        var result = self
        result.name = Sandbox.numbered(name, number)
        result.identity = identity.numbered(number)
        result.metadata = metadata.numbered(number)
        result.processes = processes.map { $0.count == 1 ? $0.numbered(number) : $0 }
        result.droplets = droplets.map { droplet in
            var result = droplet
            result.identity = droplet.identity.numbered(number)
            result.image = droplet.image.map { Sandbox.numbered($0, number) }
            result.processTypes = droplet.processTypes.map { ($0.type, Sandbox.numbered($0.command, number)) }
            result.metadata = droplet.metadata.numbered(number)
            return result
        }
        result.tasks = tasks.map { task in
            var result = task
            result.name = Sandbox.numbered(task.name, number)
            result.identity = task.identity.numbered(number)
            result.command = Sandbox.numbered(task.command, number)
            result.metadata = task.metadata.numbered(number)
            return result
        }
        return result
    }
}

extension Seed.Process {
    func numbered(_ number: Int) -> Seed.Process {
        var result = self
        result.type = Sandbox.numbered(type, number)
        result.identity = identity.numbered(number)
        result.command = command.map { Sandbox.numbered($0, number) }
        result.metadata = metadata.numbered(number)
        return result
    }
}
