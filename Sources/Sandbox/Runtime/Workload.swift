import Diagnostics

/// What the runtime was last told of a process, and since when its instances run.
///
/// It keeps the settings that it was started with: changes of the process show here after a restart only.
struct Workload: Sendable {
    /// Instances that were started at the same time.
    struct Batch: Sendable {
        var count: Int
        let start: Timestamp
    }

    /// The version of the process that it was made for; the runtime knows it as `<guid>-<version>`.
    let version: String
    let memory: Int
    let disk: Int
    let logRate: Int
    let dropletGUID: String
    let image: Text?
    let command: Text
    private(set) var batches: [Batch]

    init(_ process: ProcessRow, droplet: DropletRow, command: Text, at time: Timestamp) {
        version = process.version
        memory = process.memory
        disk = process.disk
        logRate = process.logRate
        dropletGUID = droplet.guid
        image = droplet.image
        self.command = command
        batches = [Batch(count: process.instances, start: time)]
    }

    var count: Int { batches.reduce(0) { $0 + $1.count } }

    func start(of index: Int) -> Timestamp? {
        var end = 0
        for batch in batches {
            end += batch.count
            if index < end { return batch.start }
        }
        return nil
    }

    /// Starts or stops instances at the end until there are so many.
    mutating func scale(to wanted: Int, at time: Timestamp) {
        var surplus = count - wanted
        if surplus < 0 { return batches.append(Batch(count: -surplus, start: time)) }
        while surplus > 0, var last = batches.popLast() {
            let gone = min(surplus, last.count)
            last.count -= gone
            surplus -= gone
            if last.count > 0 { batches.append(last) }
        }
    }

    /// Starts one instance anew.
    mutating func restart(_ index: Int, at time: Timestamp) {
        var result: [Batch] = []
        var first = 0
        for batch in batches {
            let end = first + batch.count
            if (first..<end).contains(index) {
                if index > first { result.append(Batch(count: index - first, start: batch.start)) }
                result.append(Batch(count: 1, start: time))
                if end > index + 1 { result.append(Batch(count: end - index - 1, start: batch.start)) }
            } else {
                result.append(batch)
            }
            first = end
        }
        batches = result
    }
}
