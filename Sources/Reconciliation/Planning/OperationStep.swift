/// The order of operations within an app, a literal table.
///
///     cancel tasks            what must not run is stopped before anything changes
///       droplet image         ┐
///       droplet metadata      │ settings, from the outside in
///       app metadata          │
///       process settings      │
///       scale                 ┘
///         tasks before rollout
///           rollout           makes the settings live; process types that a new image brings get theirs
///                             right behind what brings them
///         tasks after rollout
///     task metadata           of the runs that exist by then
package enum OperationStep: String, Hashable, Sendable, Codable, CaseIterable {
    case cancelTasks = "cancel_tasks"
    case dropletImage = "droplet_image"
    case dropletMetadata = "droplet_metadata"
    case appMetadata = "app_metadata"
    case processSettings = "process_settings"
    case scale
    case tasksBeforeRollout = "tasks_before_rollout"
    case rollout
    case newProcesses = "new_processes"
    case tasksAfterRollout = "tasks_after_rollout"
    case taskMetadata = "task_metadata"

    /// The position in the table; what a rollout brings has its own, in the order of planning.
    var rank: Int {
        let step = self == .newProcesses ? OperationStep.rollout : self
        return OperationStep.allCases.firstIndex(of: step) ?? 0
    }
}
