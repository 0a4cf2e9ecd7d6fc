package io.millrace.edge.flv;

import io.millrace.edge.exchange.BodyStream;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.fanout.Framing;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.net.SocketOutlet;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * HTTP-FLV: sends the live stream as the body of a response. The {@link Responder} writes the response headers,
 * including {@code Transfer-Encoding}, and the last chunk; the other chunks are written here, as {@link #framing} says.
 */
final class ResponseTransport implements ViewerTransport {
    private final Responder responder;
    private final Framing framing;
    /** Null until the body starts. */
    private BodyStream body;

    ResponseTransport(Responder responder) {
        this.responder = responder;
        // The Responder announces chunks under the same condition. With HTTP/1.0, closing the connection ends the body.
        framing = responder.request().acceptsChunked() ? Framing.CHUNKED : Framing.PLAIN;
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
        body = responder.stream(ResponseTransport::setHeaders);
        return body.outlet();
    }

    /** Sets the headers of an FLV response. */
    static void setHeaders(HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, "video/x-flv");
        headers.set(HttpHeaderNames.CACHE_CONTROL, Responder.NO_STORE);
        // Makes nginx pass on each tag without buffering.
        headers.set("X-Accel-Buffering", "no");
    }

    @Override
    public void end(EndReason why) {
        switch (why) {
            // Pending tags are still delivered; ConnectionGuard disconnects a viewer that stops reading them.
            case ENDED, SHUTDOWN -> body.end();
            // Without the last chunk, so that the player does not take this for the end of the stream.
            case SLOW, KICKED, EXPIRED, BUSY -> body.abort();
        }
    }
}
