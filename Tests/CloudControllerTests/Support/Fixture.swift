import CloudController

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A body that a real Cloud Controller 3.228.0 sent, without its links.
func fixture(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return String(decoding: try Data(contentsOf: folder.appending(path: "Fixtures/\(name).json")), as: UTF8.self)
}

/// Guids of the recorded foundation.
enum Recorded {
    static let organization = "41a8ae66-4276-4f28-b0e5-b933d052281f"
    static let space = "be678905-f656-4fbd-9fc7-91bb9d284118"
    static let storefront = "bf5ec0d8-4271-448f-a955-42463eb60cb8"
    static let storefrontDroplet = "64c35a99-be1c-44ff-9b5b-b23f41dbcf65"
    static let payments = "1b8d5646-c24b-48ca-8637-9c9c7921b1da"
    static let paymentsDroplet = "7314cec4-d70a-4c8f-911f-3e1a25576d51"
}
