import CloudController
import Reconciliation
import Testing

/// Real sockets on loopback: what a person is told when a connection goes wrong.
struct LiveTransportTests {
    private static let fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Vcap-Request-Id: abc\r\n\r\n{}"

    private func send(
        _ request: TransportRequest,
        _ adjust: (inout LiveTransport.Settings) -> Void = { _ in }
    ) async throws -> TransportResponse {
        var settings = LiveTransport.Settings()
        settings.userAgent = "evenkeel/1.2.3"
        adjust(&settings)
        let transport = try LiveTransport(settings)
        do {
            let response = try await transport.send(request)
            await transport.shutdown()
            return response
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    private func error(
        _ url: String,
        _ adjust: (inout LiveTransport.Settings) -> Void = { _ in }
    ) async throws -> PlatformError {
        let request = TransportRequest(.get, "/v3/apps?names=a", of: try .test(url))
        let error = await #expect(throws: PlatformError.self) { try await send(request, adjust) }
        return try #require(error)
    }

    @Test func `a request travels with its headers and body, and the answer comes back`() async throws {
        try await Listener.with(.answer(Self.fine)) { listener in
            var request = TransportRequest(.patch, "/v3/apps/a?x=1", of: try .test("http://127.0.0.1:\(listener.port)"))
            request.headers.append(.init("Authorization", "bearer t"))
            request.body = Array(#"{"a":1}"#.utf8)

            let response = try await send(request)

            #expect(response.status == 200)
            #expect(response.body == Array("{}".utf8))
            #expect(response.requestID == "abc")
            let sent = listener.received
            #expect(sent.hasPrefix("PATCH /v3/apps/a?x=1 HTTP/1.1\r\n"))
            #expect(sent.hasSuffix("\r\n\r\n{\"a\":1}"))
            for header in ["User-Agent: evenkeel/1.2.3", "Authorization: bearer t", "Accept: application/json"] {
                #expect(sent.contains("\r\n\(header)\r\n"))
            }
        }
    }

    @Test func `a redirect is an answer and leads nowhere`() async throws {
        try await Listener.with(.answer(Self.fine)) { target in
            let redirect =
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(target.port)/\r\nContent-Length: 0\r\n\r\n"
            try await Listener.with(.answer(redirect)) { listener in
                let request = TransportRequest(.get, "/", of: try .test("http://127.0.0.1:\(listener.port)"))

                #expect(try await send(request).status == 302)
                #expect(target.connectionCount == 0)
            }
        }
    }

    @Test func `a refused connection`() async throws {
        let error = try await error("http://127.0.0.1:\(try await Listener.unusedPort())")

        #expect(error.code == .unreachable)
        #expect(error.cause == "connection refused")
        #expect(!error.mayHaveHappened)
        #expect(error.method == "GET")
        #expect(error.path == "/v3/apps?names=a")
        #expect(error.attempts == 1)
    }

    @Test func `an unknown host`() async throws {
        let error = try await error("https://evenkeel-test.invalid")

        #expect(error.code == .unreachable)
        #expect(error.cause == "unknown host `evenkeel-test.invalid`")
        #expect(!error.mayHaveHappened)
    }

    @Test func `an answer that never comes`() async throws {
        try await Listener.with(.silence) { listener in
            let error = try await error("http://127.0.0.1:\(listener.port)") { $0.requestTimeout = .milliseconds(500) }

            #expect(error.code == .timedOut)
            #expect(error.cause == "no complete answer within 0.5 s")
            #expect(error.mayHaveHappened)
        }
    }

    @Test func `an answer that begins and never ends`() async throws {
        try await Listener.with(.answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")) { listener in
            let error = try await error("http://127.0.0.1:\(listener.port)") { $0.requestTimeout = .milliseconds(200) }

            #expect(error.code == .timedOut)
        }
    }

    @Test func `a connection that closes without an answer`() async throws {
        try await Listener.with(.close) { listener in
            let error = try await error("http://127.0.0.1:\(listener.port)")

            #expect(error.code == .unreachable)
            #expect(error.cause == "connection closed by the server")
            #expect(error.mayHaveHappened)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"resources\":[",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"resources\":[",
        "HTTP/1.1 200 OK\r\nContent-Len",
    ])
    func `an answer that breaks off`(bytes: String) async throws {
        try await Listener.with(.answerAndClose(bytes)) { listener in
            let error = try await error("http://127.0.0.1:\(listener.port)")

            #expect(error.code == .incompleteAnswer)
            #expect(error.cause == "the answer breaks off: connection closed by the server")
            #expect(error.mayHaveHappened)
        }
    }

    @Test func `what is not HTTP`() async throws {
        try await Listener.with(.answerAndClose("SSH-2.0-OpenSSH_9.2\r\n")) { listener in
            let error = try await error("http://127.0.0.1:\(listener.port)")

            #expect(error.code == .unexpectedAnswer)
            #expect(error.cause == "the answer is not HTTP")
        }
    }

    @Test func `an answer without end is not read without end`() async throws {
        let long = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1000)
        try await Listener.with(.answer(long)) { listener in
            let error = try await error("http://127.0.0.1:\(listener.port)") { $0.largestBody = 999 }

            #expect(error.code == .unexpectedAnswer)
            #expect(error.cause == "the answer is longer than 999 bytes")
        }
    }

    @Test func `a cancelled request`() async throws {
        try await Listener.with(.silence) { listener in
            let request = TransportRequest(.get, "/", of: try .test("http://127.0.0.1:\(listener.port)"))
            let transport = try LiveTransport(LiveTransport.Settings())
            let task = Task { try await transport.send(request) }
            task.cancel()

            let error = await #expect(throws: PlatformError.self) { try await task.value }
            await transport.shutdown()

            #expect(error?.code == .cancelled)
        }
    }

    @Test func `a header that cannot be sent is not shown`() async throws {
        var request = TransportRequest(.get, "/", of: try .test("http://127.0.0.1:1"))
        request.headers.append(.init("Authorization", "bearer s3cret\nX: y"))

        let error = await #expect(throws: PlatformError.self) { try await send(request) }

        #expect(error?.cause?.isEmpty == false)
        #expect(error?.cause?.contains("s3cret") == false)
    }

    // MARK: Kept connections

    @Test(arguments: [TransportRequest.Method.get, .patch])
    func `what is sent on a connection that the server is closing is sent again at once`(
        method: TransportRequest.Method
    ) async throws {
        try await Listener.with(.answerOnce(Self.fine)) { listener in
            let transport = try LiveTransport(LiveTransport.Settings())
            var sent: [Substring] = []
            // On a busy machine a connection can be too old to be used again.
            for number in 1...20 where sent.count == Set(sent).count {
                let url = "http://127.0.0.1:\(listener.port)"
                let response = try? await transport.send(TransportRequest(method, "/\(number)", of: try .test(url)))
                #expect(response?.status == 200)
                let lines = listener.received.split(separator: "\r\n").filter { $0.hasSuffix("HTTP/1.1") }
                sent = lines.map { $0.split(separator: " ")[1] }
            }
            await transport.shutdown()

            #expect(sent.count == Set(sent).count + 1)
        }
    }

    @Test(arguments: [TransportRequest.Method.post, .delete])
    func `what must not be sent twice has a connection of its own`(method: TransportRequest.Method) async throws {
        try await Listener.with(.answerOnce(Self.fine)) { listener in
            let transport = try LiveTransport(LiveTransport.Settings())
            for method in [TransportRequest.Method.get, method, method, .get] {
                let url = "http://127.0.0.1:\(listener.port)"
                let response = try? await transport.send(TransportRequest(method, "/", of: try .test(url)))
                #expect(response?.status == 200)
            }
            await transport.shutdown()

            let sent = listener.received.split(separator: "\r\n").filter { $0.hasSuffix("HTTP/1.1") }
            #expect(sent.count { $0.hasPrefix(method.rawValue) } == 2)
        }
    }

    @Test(arguments: [TransportRequest.Method.get, .post])
    func `a new connection that closes without an answer is not tried again`(
        method: TransportRequest.Method
    ) async throws {
        try await Listener.with(.close) { listener in
            let request = TransportRequest(method, "/", of: try .test("http://127.0.0.1:\(listener.port)"))
            let error = await #expect(throws: PlatformError.self) { try await send(request) }

            #expect(error?.code == .unreachable)
            #expect(error?.mayHaveHappened == true)
            #expect(listener.connectionCount == 1)
        }
    }

    // MARK: TLS

    @Test func `a certificate that nobody trusts`() async throws {
        try await TestCertificate.with { certificate in
            try await Listener.with(.answer(Self.fine), tls: try certificate.serverContext()) { listener in
                let error = try await error("https://localhost:\(listener.port)")

                #expect(error.code == .untrustedCertificate)
                #expect(
                    error.cause
                        == "the server's certificate is not accepted: no trusted authority has signed it, or it has expired"
                )
                #expect(error.help == "name the authority's certificate with `--ca-cert FILE`")
                #expect(!error.mayHaveHappened)
                #expect(listener.received.isEmpty)
            }
        }
    }

    @Test func `a certificate that was named, or is not to be looked at`() async throws {
        try await TestCertificate.with { certificate in
            try await Listener.with(.answer(Self.fine), tls: try certificate.serverContext()) { listener in
                let request = TransportRequest(.get, "/", of: try .test("https://localhost:\(listener.port)"))

                let trusted = try await send(request) { $0.certificatePaths = [certificate.certificatePath] }
                let unseen = try await send(request) { $0.skipsValidation = true }

                #expect(trusted.status == 200)
                #expect(unseen.status == 200)
            }
        }
    }

    @Test func `a certificate for another host`() async throws {
        try await TestCertificate.with(host: "other.example") { certificate in
            try await Listener.with(.answer(Self.fine), tls: try certificate.serverContext()) { listener in
                let error = try await error("https://localhost:\(listener.port)") {
                    $0.certificatePaths = [certificate.certificatePath]
                }

                #expect(error.code == .untrustedCertificate)
                #expect(error.cause == "the server's certificate is not accepted: it is for another host")
            }
        }
    }

    @Test func `a server without TLS behind https`() async throws {
        try await Listener.with(.answerAndClose("HTTP/1.1 400 Bad Request\r\n\r\n")) { listener in
            let error = try await error("https://localhost:\(listener.port)")

            #expect(error.code == .unreachable)
            #expect(error.cause == "the server does not speak TLS on this port")
            #expect(!error.mayHaveHappened)
        }
    }
}
