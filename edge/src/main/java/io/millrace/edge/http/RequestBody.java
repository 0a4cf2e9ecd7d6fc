package io.millrace.edge.http;

import io.millrace.edge.exchange.ResponseOwner;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Collects the body of one request, up to {@link #LIMIT_BYTES} and for the time that a request may be held. Confined to
 * the event loop. The bytes are counted with those of the connection's requests ({@link ReadGate}, {@link Http2Stream}).
 */
final class RequestBody implements ResponseOwner {
    /** Maximum size of a body. */
    static final int LIMIT_BYTES = 16 * 1024;

    private final HttpResponder responder;
    private final Consumer<String> then;
    private final Runnable tooLarge;
    private final StringBuilder text = new StringBuilder();
    private boolean open = true;

    /**
     * Begins to wait for the body: the responder is held.
     *
     * @param then receives the body and answers the request
     * @param tooLarge runs if the body exceeds the limit; the request is answered
     */
    RequestBody(HttpResponder responder, Consumer<String> then, Runnable tooLarge) {
        this.responder = responder;
        this.then = then;
        this.tooLarge = tooLarge;
        responder.hold(this, HttpResponder.HOLD_MS);
    }

    /** Returns whether more of the body is accepted. */
    boolean isOpen() {
        return open;
    }

    /** Adds a piece, whose owner remains the caller. */
    void add(ByteBuf piece) {
        if (!open) {
            return;
        }
        if (text.length() + piece.readableBytes() > LIMIT_BYTES) {
            close();
            tooLarge.run();
            responder.closeAfterwards();
            responder.error(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large",
                    "the body exceeds " + LIMIT_BYTES + " bytes");
            return;
        }
        // A character per byte: CMCD is ASCII, and everything else is malformed in it.
        text.append(piece.toString(StandardCharsets.ISO_8859_1));
    }

    /** The body is complete. */
    void end() {
        if (open) {
            close();
            then.accept(text.toString());
        }
    }

    private void close() {
        open = false;
        responder.release();
    }

    @Override
    public void giveUp() {
        close();
        responder.closeAfterwards();
        responder.error(HttpResponseStatus.REQUEST_TIMEOUT, "body_timeout", "the body has not arrived in time");
    }

    @Override
    public void clientLeft() {
        open = false;
    }
}
