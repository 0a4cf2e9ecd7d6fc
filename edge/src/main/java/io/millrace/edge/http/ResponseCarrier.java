package io.millrace.edge.http;

import io.millrace.edge.audience.Protocol;
import io.millrace.edge.feed.Framing;
import io.millrace.platform.net.SocketOutlet;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** HTTP-FLV: the body of a response. */
final class ResponseCarrier implements Carrier {
    private final Exchange exchange;
    private final ChannelHandlerContext wire;
    private final Framing framing;
    private final SocketOutlet outlet;

    ResponseCarrier(Exchange exchange) {
        this.exchange = exchange;
        wire = exchange.wire();
        framing = exchange.isChunked() ? Framing.CHUNKED : Framing.PLAIN;
        outlet = SocketOutlet.of(wire);
    }

    @Override
    public Protocol protocol() {
        return Protocol.FLV;
    }

    @Override
    public Framing framing() {
        return framing;
    }

    @Override
    public void begin() {
        exchange.startStream(ResponseCarrier::describe);
    }

    static void describe(HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, "video/x-flv");
        headers.set(HttpHeaderNames.CACHE_CONTROL, Exchange.NO_STORE);
        // nginx in front passes each tag on as it comes.
        headers.set("X-Accel-Buffering", "no");
    }

    @Override
    public void write(ByteBuf piece) {
        wire.write(piece, wire.voidPromise());
    }

    @Override
    public void flush() {
        wire.flush();
    }

    @Override
    public void send(List<ByteBuf> pieces) {
        outlet.send(pieces);
    }

    @Override
    public void end(Parting why) {
        switch (why) {
            // What waits is part of the stream; a connection on which it does not move is closed.
            case ENDED, SHUTDOWN -> exchange.endStream();
            // No last chunk: to its player this is not the stream's end.
            case SLOW, KICKED -> exchange.context().close();
        }
    }
}
