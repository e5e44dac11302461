import Diagnostics

/// What the runtime was last told of a process, and since when its instances run.
///
/// It keeps the settings that it was started with: changes of the process show here after a restart only.
struct Workload: Sendable {
    /// Instances that were started at the same time.
    struct Batch: Sendable {
        var count: Int
        let start: Timestamp
        /// Counts the batches of the workload, so that no two instances that ever ran are the same.
        let generation: Int
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
    /// How many batches were started, here and in the workloads of the process before.
    private(set) var generations: Int

    /// Its instances are others than those of the workload that it takes the place of.
    init(_ process: ProcessRow, droplet: DropletRow, command: Text, at time: Timestamp) {
        let before = max(process.generations, process.workload?.generations ?? 0)
        generations = before + 1
        version = process.version
        memory = process.memory
        disk = process.disk
        logRate = process.logRate
        dropletGUID = droplet.guid
        image = droplet.image
        self.command = command
        batches = [Batch(count: process.instances, start: time, generation: before)]
    }

    var count: Int { batches.reduce(0) { $0 + $1.count } }

    /// The batch that an instance belongs to.
    func batch(of index: Int) -> Batch? {
        var end = 0
        for batch in batches {
            end += batch.count
            if index < end { return batch }
        }
        return nil
    }

    private mutating func newBatch(_ count: Int, at time: Timestamp) -> Batch {
        defer { generations += 1 }
        return Batch(count: count, start: time, generation: generations)
    }

    /// Starts or stops instances at the end until there are so many.
    mutating func scale(to wanted: Int, at time: Timestamp) {
        var surplus = count - wanted
        if surplus < 0 { return batches.append(newBatch(-surplus, at: time)) }
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
                var (before, after) = (batch, batch)
                before.count = index - first
                after.count = end - index - 1
                if before.count > 0 { result.append(before) }
                result.append(newBatch(1, at: time))
                if after.count > 0 { result.append(after) }
            } else {
                result.append(batch)
            }
            first = end
        }
        batches = result
    }
}
