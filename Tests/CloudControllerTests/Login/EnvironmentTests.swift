import CloudController
import Testing

/// The real surroundings.
struct EnvironmentTests {
    @Test func `files are read, missed, or found unreadable`() {
        let environment = Environment.process

        guard case .bytes(let bytes) = environment.readFile(#filePath) else {
            Issue.record("this file was not read")
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("import CloudController"))
        #expect(environment.readFile(#filePath + ".absent") == .absent)
        #expect(environment.readFile(#filePath + "/below") == .absent)
        #expect(environment.readFile("/") == .unreadable("it is a folder"))
        #expect(environment.variables["PATH"]?.isEmpty == false)
    }
}
