#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why a file or folder cannot be read, in words.
package struct FileProblem: Error {
    package let reason: String
    /// Nothing is there.
    package let isAbsence: Bool

    /// For what was not read to its end.
    package init(largerThan limit: Int) {
        isAbsence = false
        reason = "it is larger than \(limit / 1_000_000) MB"
    }

    /// For a number that the system reports, as in `errno`.
    package init(number: Int32) {
        isAbsence = number == ENOENT || number == ENOTDIR
        switch number {
        case ENOENT: reason = "no such file or folder"
        case ENOTDIR: reason = "a part of the path is no folder"
        case EACCES, EPERM: reason = "permission denied"
        case EISDIR: reason = "it is a folder"
        case ELOOP: reason = "its links lead in a circle"
        default: reason = String(cString: strerror(number))
        }
    }
}

/// The bytes of a file or of a pipe, such as `<(command)` in a shell.
///
/// `FoundationEssentials` reads no pipes. Reading stops at the limit, so that a device does not fill the memory.
package func bytes(ofFile path: String, limit: Int) throws(FileProblem) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileProblem(number: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count == 0 { return bytes }
        if count < 0 {
            if errno == EINTR { continue }
            throw FileProblem(number: errno)
        }
        bytes += chunk[..<count]
        if bytes.count > limit { throw FileProblem(largerThan: limit) }
    }
}
