import CloudController
import Manifest
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension Console {
    /// The real console of this process.
    static var process: Console {
        let inputIsTerminal = isatty(STDIN_FILENO) == 1
        return Console(
            program: CommandLine.arguments.first ?? "evenkeel",
            environment: .process,
            readInput: readAllInput,
            ask: { question in
                guard inputIsTerminal else { return nil }
                write(question, to: STDERR_FILENO)
                return readLine()
            },
            writeOutput: { text in
                // A reader that has read enough is no problem.
                if let problem = writeAll(text, to: STDOUT_FILENO), errno != EPIPE {
                    outputProblem.withLock { $0 = $0 ?? problem }
                }
            },
            writeError: { write($0, to: STDERR_FILENO) },
            writeFile: { writeFile($0, $1) },
            now: { time(nil) },
            host: hostName,
            canAsk: inputIsTerminal && isatty(STDERR_FILENO) == 1,
            outputIsTerminal: isTerminal(STDOUT_FILENO),
            errorIsTerminal: isTerminal(STDERR_FILENO),
            terminalRows: { size.map { Int($0.ws_row) } }
        )
    }

    /// Why something did not get to stdout; nil when all did, or its reader went away.
    static let outputProblem = Mutex<String?>(nil)

    /// Something that understands what moves a cursor.
    private static func isTerminal(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && Environment.process.variables["TERM"] != "dumb"
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The size of the terminal, of whichever stream is one.
    private static var size: winsize? {
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            var size = winsize()
            if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 { return size }
        }
        return nil
    }

    /// Writes all of it; a reader that went away is silently given up on.
    private static func write(_ text: String, to descriptor: Int32) { _ = writeAll(text, to: descriptor) }

    /// To the end, or until it is more than any file may have.
    private static func readAllInput() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
            if bytes.count > ManifestInput.largestFile { return bytes }
        }
    }
}
