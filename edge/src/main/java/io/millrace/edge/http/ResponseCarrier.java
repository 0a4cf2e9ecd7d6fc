package io.millrace.edge.http;

import io.millrace.edge.audience.Protocol;
import io.millrace.edge.feed.Framing;
import io.millrace.platform.net.SocketOutlet;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/** HTTP-FLV: the body of a response. */
final class ResponseCarrier implements Carrier {
    private final Exchange exchange;
    private final Framing framing;

    ResponseCarrier(Exchange exchange) {
        this.exchange = exchange;
        framing = exchange.isChunked() ? Framing.CHUNKED : Framing.PLAIN;
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
    public SocketOutlet begin() {
        exchange.startStream(ResponseCarrier::describe);
        return SocketOutlet.of(exchange.wire());
    }

    static void describe(HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, "video/x-flv");
        headers.set(HttpHeaderNames.CACHE_CONTROL, Exchange.NO_STORE);
        // nginx in front passes each tag on as it comes.
        headers.set("X-Accel-Buffering", "no");
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
