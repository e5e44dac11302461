#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import HummingbirdCore
import NIOCore

extension SandboxResponder {
    /// Tears the connection down so that the client sees a reset, not an orderly end.
    func reset(_ channel: any Channel) async {
        if let provider = channel as? any SocketOptionProvider {
            // without lingering, closing discards what is unsent and sends RST
            try? await provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try? await channel.close().get()
    }

    /// The same response, of which half the body arrives before the connection ends.
    func truncated(_ response: Response, _ bytes: [UInt8], _ channel: any Channel) -> Response {
        let half = ByteBuffer(bytes: bytes.prefix(bytes.count / 2))
        let body = ResponseBody(contentLength: max(bytes.count, 1)) { writer in
            try await writer.write(half)
            try await channel.close().get()
            throw ConnectionTrouble.truncated
        }
        return Response(status: response.status, headers: response.headers, body: body)
    }
}
