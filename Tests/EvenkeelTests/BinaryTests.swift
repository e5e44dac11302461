import Foundation
import TestSupport
import Testing

/// What the binary needs of a machine.
@Suite(.tags(.binary)) struct BinaryTests {
    /// Full Foundation brings ICU along, which is as large as all the rest.
    ///
    /// `scripts/build-release` looks at what is linked statically.
    @Test(arguments: ["libFoundation.so", "libFoundationInternationalization.so", "lib_FoundationICU.so"])
    func `it is linked with FoundationEssentials alone`(_ library: String) throws {
        let binary = try Data(contentsOf: try #require(Binary.url))

        #expect(binary.range(of: Data("\0\(library)\0".utf8)) == nil)
    }
}
