#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Files that commands write.
extension Console {
    /// Puts a new file in the place of the old one, so that nobody reads half of it; gives the reason when it cannot.
    ///
    /// Behind a symbolic link it is the file that the link leads to. Pipes and devices are written to and stay what they are.
    static func writeFile(_ path: String, _ text: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT, lstat(path, &status) != 0 else {
                return errno == ENOENT ? "the link leads nowhere" : reason
            }
            return replaceFile(path, with: text)
        }
        if isStandard(status, STDOUT_FILENO) || isStandard(status, STDERR_FILENO) {
            return "it is where the output goes"
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            guard let resolved = realpath(path, nil) else { return reason }
            defer { free(resolved) }
            return replaceFile(String(cString: resolved), with: text)
        case S_IFDIR: return "it is a folder"
        default: return writeThrough(path, text)
        }
    }

    /// Writes all of it; gives the reason when it cannot.
    static func writeAll(_ text: String, to descriptor: Int32) -> String? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { bytes in
                #if canImport(Glibc)
                Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                #else
                Darwin.write(descriptor, bytes.baseAddress, bytes.count)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return reason }
            rest = rest.dropFirst(count)
        }
        return nil
    }

    /// The plan itself is printed there: the two together are no file that can be read.
    private static func isStandard(_ status: stat, _ stream: Int32) -> Bool {
        var output = stat()
        guard fstat(stream, &output) == 0 else { return false }
        // Whatever is written to this device is gone.
        var null = stat()
        if stat("/dev/null", &null) == 0, null.st_rdev == status.st_rdev, null.st_ino == status.st_ino { return false }
        return status.st_dev == output.st_dev && status.st_ino == output.st_ino
    }

    private static func replaceFile(_ path: String, with text: String) -> String? {
        let temporary = "\(path).\(getpid())"
        // What a process of that number has left.
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { return reason }
        var problem = writeAll(text, to: descriptor)
        // Without it a crash of the machine may leave the name and not the content.
        if problem == nil, fsync(descriptor) != 0 { problem = reason }
        if close(descriptor) != 0, problem == nil { problem = reason }
        if problem == nil, rename(temporary, path) != 0 { problem = reason }
        if problem != nil { unlink(temporary) }
        return problem
    }

    private static func writeThrough(_ path: String, _ text: String) -> String? {
        let descriptor = open(path, O_WRONLY | O_NOCTTY)
        guard descriptor >= 0 else { return reason }
        var problem = writeAll(text, to: descriptor)
        if close(descriptor) != 0, problem == nil { problem = reason }
        return problem
    }

    /// The system's words for what went wrong last, such as "no space left on device".
    private static var reason: String {
        let words = String(cString: strerror(errno))
        return words.prefix(1).lowercased() + words.dropFirst()
    }
}
