package io.millrace.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/**
 * Sends bytes that never change, whole or one range of them, without a copy.
 *
 * @param etag with its quotes
 * @param type content type
 * @param caching Cache-Control
 */
record SegmentBody(String etag, String type, String caching) {

    /** @param parts in order; transferred. Gives the bytes of the body that were sent. */
    int send(Exchange exchange, List<ByteBuf> parts) {
        CompositeByteBuf whole = Unpooled.compositeBuffer(Math.max(2, parts.size()));
        whole.addComponents(true, parts);
        int size = whole.readableBytes();
        if (TextBody.hasEtag(exchange.headers().get(HttpHeaderNames.IF_NONE_MATCH), etag)) {
            whole.release();
            exchange.send(HttpResponseStatus.NOT_MODIFIED, Unpooled.EMPTY_BUFFER, this::describe);
            return 0;
        }
        return switch (range(exchange, size)) {
            case ByteRange.Whole() -> {
                exchange.send(HttpResponseStatus.OK, whole, this::describe);
                yield exchange.isHead() ? 0 : size;
            }
            case ByteRange.Part range -> {
                ByteBuf body = whole.slice(range.first(), range.size());
                exchange.send(HttpResponseStatus.PARTIAL_CONTENT, body, headers -> {
                    describe(headers);
                    headers.set(HttpHeaderNames.CONTENT_RANGE,
                            "bytes " + range.first() + "-" + range.last() + "/" + size);
                });
                yield exchange.isHead() ? 0 : range.size();
            }
            case ByteRange.Unsatisfiable() -> {
                whole.release();
                exchange.error(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                        ApiError.of("range_not_satisfiable", "the body has " + size + " bytes"),
                        headers -> headers.set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + size));
                yield 0;
            }
        };
    }

    private ByteRange range(Exchange exchange, int size) {
        String condition = exchange.headers().get(HttpHeaderNames.IF_RANGE);
        // Range means nothing to HEAD (RFC 9110, 14.2).
        boolean applies = !exchange.isHead() && (condition == null || condition.equals(etag));
        return ByteRange.parse(applies ? exchange.headers().get(HttpHeaderNames.RANGE) : null, size);
    }

    private void describe(HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, type);
        headers.set(HttpHeaderNames.CACHE_CONTROL, caching);
        headers.set(HttpHeaderNames.ETAG, etag);
        headers.set(HttpHeaderNames.ACCEPT_RANGES, HttpHeaderValues.BYTES);
    }
}
