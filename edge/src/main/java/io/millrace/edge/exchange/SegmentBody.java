package io.millrace.edge.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/**
 * Sends an immutable body, or a single range of it, without copying; 304 if the client has it cached, 416 if the range
 * lies outside it.
 *
 * @param etag the ETag, quoted
 * @param type the Content-Type header
 * @param caching the Cache-Control header
 */
public record SegmentBody(String etag, String type, String caching) {

    /**
     * Answers the request without waiting for the transfer. Returns the number of media bytes that were handed to the
     * responder, even if the client has left or leaves meanwhile; 0 for HEAD, 304 and 416.
     *
     * @param parts the body in order; ownership is transferred
     */
    public int send(Responder responder, List<ByteBuf> parts) {
        CompositeByteBuf whole = Unpooled.compositeBuffer(Math.max(2, parts.size()));
        whole.addComponents(true, parts);
        int size = whole.readableBytes();
        if (TextBody.hasEtag(responder.request().headers().get(HttpHeaderNames.IF_NONE_MATCH), etag)) {
            whole.release();
            responder.send(HttpResponseStatus.NOT_MODIFIED, Unpooled.EMPTY_BUFFER, this::describe);
            return 0;
        }
        return switch (range(responder, size)) {
            case ByteRange.Whole() -> {
                responder.send(HttpResponseStatus.OK, whole, this::describe);
                yield responder.request().isHead() ? 0 : size;
            }
            case ByteRange.Part range -> {
                ByteBuf body = whole.slice(range.first(), range.size());
                responder.send(HttpResponseStatus.PARTIAL_CONTENT, body, headers -> {
                    describe(headers);
                    headers.set(HttpHeaderNames.CONTENT_RANGE,
                            "bytes " + range.first() + "-" + range.last() + "/" + size);
                });
                yield responder.request().isHead() ? 0 : range.size();
            }
            case ByteRange.Unsatisfiable() -> {
                whole.release();
                responder.error(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                        ApiError.of("range_not_satisfiable", "the body has " + size + " bytes"),
                        headers -> headers.set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + size));
                yield 0;
            }
        };
    }

    private ByteRange range(Responder responder, int size) {
        String condition = responder.request().headers().get(HttpHeaderNames.IF_RANGE);
        // Range does not apply to HEAD (RFC 9110, 14.2).
        boolean applies = !responder.request().isHead() && (condition == null || condition.equals(etag));
        return ByteRange.parse(applies ? responder.request().headers().get(HttpHeaderNames.RANGE) : null, size);
    }

    private void describe(HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, type);
        headers.set(HttpHeaderNames.CACHE_CONTROL, caching);
        headers.set(HttpHeaderNames.ETAG, etag);
        headers.set(HttpHeaderNames.ACCEPT_RANGES, HttpHeaderValues.BYTES);
    }
}
