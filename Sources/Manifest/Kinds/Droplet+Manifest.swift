import Diagnostics
import Reconciliation

extension ReadMapping.Entry {
    /// What is declared of the current droplet.
    var droplet: DesiredDroplet? {
        guard let mapping = value?.mapping else { return nil }
        var droplet = DesiredDroplet(origin: keyOrigin)
        droplet.fields = [mapping.declared("image", as: .image)].compactMap(\.self) + mapping.metadataFields
        droplet.imageUpdate = mapping["image_update"]?.choice(DesiredDroplet.ImageUpdate.self)
        return droplet
    }
}
