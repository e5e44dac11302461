import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// What ends a request on a connection that stood.
struct ExchangeFailure: Error {
    let reason: any Error
    /// Something of the answer had come.
    var isWithinAnswer = false
    /// The connection had brought an answer before: the server has closed it since, and may never have seen the request.
    var wasReused = false
}

/// Tells what happens to a request on an open connection from what happens while one is opened.
///
/// It stands behind the decoder of a connection, and sees whole parts of requests and answers.
final class ConnectionWatch: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart

    private var answers = 0
    private var isWaiting = false

    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(ConnectionWatch(), position: .after(decoder))
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head = unwrapOutboundIn(data) { isWaiting = true }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: isWaiting = false
        case .end: answers += 1
        case .body: break
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard isWaiting else { return context.fireErrorCaught(error) }
        // The decoder complains about bytes.
        fail(error, isWithinAnswer: error is HTTPParserError, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isWaiting { fail(HTTPClientError.remoteConnectionClosed, isWithinAnswer: false, context) }
        context.fireChannelInactive()
    }

    private func fail(_ reason: any Error, isWithinAnswer: Bool, _ context: ChannelHandlerContext) {
        isWaiting = false
        let wasReused = answers > 0 && !isWithinAnswer
        context.fireErrorCaught(
            ExchangeFailure(reason: reason, isWithinAnswer: isWithinAnswer, wasReused: wasReused)
        )
    }
}
