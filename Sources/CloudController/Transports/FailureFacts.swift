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
    /// It was sent on a connection that the server had closed, or was closing.
    var wasLate = false
    /// How far it came where there is a proxy.
    private var proxyPart = ProxyPart.tunnel

    private enum ProxyPart: Sendable {
        /// The proxy was not reached.
        case missed
        /// The proxy did not lead to the host.
        case refused
        /// The connection through it stood, or the host behind it was in the way.
        case tunnel
    }

    /// Of an error before there is an answer, while a connection is opened or used.
    init(_ error: any Error, largestBody: Int) {
        let failure = error as? ExchangeFailure
        let error = failure?.reason ?? error
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
        case let error as HTTPParserError where error == .invalidEOFState:
            cause = "connection closed by the server"
            proxyPart = .refused
        case is HTTPParserError:
            code = .unexpectedAnswer
            cause = "the answer is not HTTP"
            proxyPart = .refused
        case let error as ChannelError: note(error)
        // What is wrong with SOCKS has types of a module that is not ours to name.
        default: proxyPart = .refused
        }
        guard let failure else { return }
        proxyPart = .tunnel
        guard code == .unreachable else { return }
        wasSent = true
        wasLate = failure.wasReused
        if failure.isWithinAnswer {
            code = .incompleteAnswer
            cause = "the answer breaks off: \(cause)"
        }
    }

    func error(for request: TransportRequest, through proxy: Proxy?) -> PlatformError {
        var error = PlatformError(code, cause: cause, help: help)
        error.wasSent = wasSent
        if case .cancelled = code { error.cause = nil } else if let proxy { explain(&error, request, proxy) }
        return error.about(request)
    }

    private func explain(_ error: inout PlatformError, _ request: TransportRequest, _ proxy: Proxy) {
        switch proxyPart {
        case .missed:
            error.place = proxy.shown
            error.cause = cause.replacing("by the server", with: "by the proxy")
        case .refused:
            error.code = .unreachable
            error.place = "\(request.endpoint.url) through \(proxy.shown)"
            error.cause =
                proxy.kind == .socks
                ? "the proxy does not connect to the host" : cause.replacing("by the server", with: "by the proxy")
        case .tunnel:
            error.cause = "\(cause) (through \(proxy.shown))"
            return
        }
        error.help = proxy.help
        error.wasSent = false
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
            if error != .tlsHandshakeTimeout { proxyPart = .missed }
        case .readTimeout, .writeTimeout, .deadlineExceeded: code = .timedOut
        case .remoteConnectionClosed, .uncleanShutdown:
            cause = "connection closed by the server"
            proxyPart = .refused
        case .invalidProxyResponse:
            cause = "the proxy refused to connect to the host"
            proxyPart = .refused
        case .proxyAuthenticationRequired:
            cause = "the proxy does not accept the user and password, or wants one (status 407)"
            proxyPart = .refused
        case .invalidURL, .emptyHost, .emptyScheme:
            code = .invalidEndpoint
            wasSent = false
        default: break
        }
    }

    private mutating func note(_ error: NIOConnectionError) {
        wasSent = false
        proxyPart = .missed
        if let failure = error.connectionErrors.first {
            let attempt = FailureFacts(failure.error, largestBody: 0)
            code = attempt.code
            cause = attempt.cause
        } else {
            cause = "unknown host `\(error.host)`"
        }
    }

    private mutating func note(_ error: IOError) {
        proxyPart = .missed
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
        proxyPart = .missed
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
