#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import NIOCore

/// Why a sandbox cannot listen, in words for the person who started it.
package struct ListenFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ error: IOError, _ options: SandboxServer.Options) {
        let (host, port) = (options.host, options.port)
        switch error.errnoCode {
        case EADDRINUSE:
            description =
                "port \(port) of \(host) is taken: stop what listens there, or pass another `--port`; 0 takes a free one"
        case EACCES, EPERM:
            description = "port \(port) of \(host) is for the system's own users: pass a `--port` from 1024 on"
        case EADDRNOTAVAIL:
            description = "\(host) is no address of this machine: pass one that is as `--host`"
        default:
            description = "cannot listen on port \(port) of \(host): \(error)"
        }
    }

    init(_ error: SocketAddressError.UnknownHost, _ options: SandboxServer.Options) {
        description = "`\(options.host)` is neither an address nor a name that is known here"
    }
}
