import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Reconciliation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the HTTP client's error says, without its type.
struct FailureFacts: Sendable {
    var code: PlatformError.Code
    var cause: String
    var help: String?
    var wasSent = true

    init(_ error: any Error, largestBody: Int) {
        code = .unreachable
        cause = ServerWords.cleaned(String(describing: error))
        switch error {
        case is CancellationError: code = .cancelled
        case let error as HTTPClientError: note(error)
        case let error as NIOConnectionError: note(error)
        case let error as IOError: note(error)
        case let error as NIOSSLError: note(error)
        case let error as NIOSSLExtraError: note(error)
        case let error as BoringSSLError: noteHandshake(error)
        case is NIOTooManyBytesError:
            code = .unexpectedAnswer
            cause = "the answer is longer than \(largestBody) bytes"
        case let error as HTTPParserError where error == .invalidEOFState: cause = "connection closed within the answer"
        case is HTTPParserError:
            code = .unexpectedAnswer
            cause = "the answer is not HTTP"
        case let error as ChannelError: note(error)
        default: break
        }
    }

    func error(for request: TransportRequest, proxied: Bool) -> PlatformError {
        var error = PlatformError(code, cause: proxied ? "\(cause) (through the proxy)" : cause, help: help)
        error.wasSent = wasSent
        if case .cancelled = code { error.cause = nil }
        return error.about(request)
    }

    private mutating func note(_ error: HTTPClientError) {
        // The long form may quote header values, and with them the token.
        cause = ServerWords.cleaned(error.shortDescription)
        switch error {
        case .cancelled: code = .cancelled
        case .connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .socksHandshakeTimeout,
            .getConnectionFromPoolTimeout:
            code = .timedOut
            cause = "no connection within the time-out"
            wasSent = false
        case .readTimeout, .writeTimeout, .deadlineExceeded: code = .timedOut
        case .remoteConnectionClosed, .uncleanShutdown: cause = "connection closed by the server"
        case .invalidProxyResponse, .proxyAuthenticationRequired:
            cause = "the proxy refused the connection"
            help = "check `https_proxy`"
            wasSent = false
        case .invalidURL, .emptyHost, .emptyScheme:
            code = .invalidEndpoint
            wasSent = false
        default: break
        }
    }

    private mutating func note(_ error: NIOConnectionError) {
        wasSent = false
        if let failure = error.connectionErrors.first {
            let attempt = FailureFacts(failure.error, largestBody: 0)
            code = attempt.code
            cause = attempt.cause
        } else {
            cause = "unknown host `\(error.host)`"
        }
    }

    private mutating func note(_ error: IOError) {
        switch error.errnoCode {
        case ECONNREFUSED:
            cause = "connection refused"
            wasSent = false
        case ECONNRESET, EPIPE: cause = "connection reset by the server"
        case ENETUNREACH, EHOSTUNREACH:
            cause = "no route to the host"
            wasSent = false
        case ETIMEDOUT: code = .timedOut
        default: cause = ServerWords.cleaned(String(cString: strerror(error.errnoCode)))
        }
    }

    private mutating func note(_ error: ChannelError) {
        switch error {
        case .connectTimeout:
            code = .timedOut
            cause = "no connection within the time-out"
            wasSent = false
        case .eof, .inputClosed, .outputClosed, .ioOnClosedChannel, .alreadyClosed:
            cause = "connection closed by the server"
        default: break
        }
    }

    private mutating func note(_ error: NIOSSLError) {
        switch error {
        case .handshakeFailed(let reason): noteHandshake(reason)
        case .unableToValidateCertificate, .noCertificateToValidate: noteUntrusted("it cannot be validated")
        case .uncleanShutdown: cause = "connection closed by the server"
        default: break
        }
    }

    private mutating func note(_ error: NIOSSLExtraError) {
        guard error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch else { return }
        noteUntrusted("it is for another host")
    }

    private mutating func noteHandshake(_ reason: BoringSSLError) {
        wasSent = false
        let text = String(describing: reason)
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            noteUntrusted("no trusted authority has signed it, or it has expired")
        } else {
            let name = text.split(whereSeparator: { !$0.isUppercase && $0 != "_" }).max { $0.count < $1.count }
            cause = "no TLS connection" + (name.map { ": \($0)" } ?? "")
            if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
                cause = "the server does not speak TLS on this port"
            }
        }
    }

    private mutating func noteUntrusted(_ reason: String) {
        code = .untrustedCertificate
        cause = "the server's certificate is not accepted: \(reason)"
        help = "name the authority's certificate with `--ca-cert FILE`"
        wasSent = false
    }
}
