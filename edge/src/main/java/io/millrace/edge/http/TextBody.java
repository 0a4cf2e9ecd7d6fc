package io.millrace.edge.http;

import io.millrace.edge.live.SharedText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Sends a text that was rendered before, compressed if the client takes that, or 304 if it has it. */
final class TextBody {
    private static final Pattern NOT_AT_ALL = Pattern.compile("\\s*;\\s*[qQ]\\s*=\\s*0(\\.0*)?\\s*");

    private TextBody() {}

    /** Gives the bytes of the body that were sent. */
    static int send(Exchange exchange, SharedText text, String type, String caching) {
        return send(exchange, text, type, caching, _ -> {});
    }

    static int send(Exchange exchange, SharedText text, String type, String caching, Consumer<HttpHeaders> more) {
        boolean gzip = takesGzip(exchange.headers().get(HttpHeaderNames.ACCEPT_ENCODING));
        String etag = gzip ? text.gzipEtag() : text.etag();
        boolean unchanged = hasEtag(exchange.headers().get(HttpHeaderNames.IF_NONE_MATCH), etag);
        byte[][] pieces = (gzip ? text.gzipPieces() : text.plainPieces()).toArray(byte[][]::new);
        ByteBuf body = unchanged ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(pieces);
        int size = body.readableBytes();
        exchange.send(unchanged ? HttpResponseStatus.NOT_MODIFIED : HttpResponseStatus.OK, body, headers -> {
            headers.set(HttpHeaderNames.ETAG, etag);
            headers.set(HttpHeaderNames.CACHE_CONTROL, caching);
            headers.set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
            more.accept(headers);
            if (!unchanged) {
                headers.set(HttpHeaderNames.CONTENT_TYPE, type);
            }
            if (gzip && !unchanged) {
                headers.set(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP);
            }
        });
        return exchange.isHead() ? 0 : size;
    }

    /** Accept-Encoding of RFC 9110, 12.5.3: gzip named and not at quality 0, or else everything that is not named. */
    static boolean takesGzip(String acceptEncoding) {
        if (acceptEncoding == null) {
            return false;
        }
        boolean others = false;
        for (String candidate : acceptEncoding.split(",")) {
            int weight = candidate.indexOf(';');
            boolean taken = weight < 0 || !NOT_AT_ALL.matcher(candidate.substring(weight)).matches();
            String coding = (weight < 0 ? candidate : candidate.substring(0, weight)).strip();
            if (coding.equalsIgnoreCase("gzip") || coding.equalsIgnoreCase("x-gzip")) {
                return taken;
            }
            if (coding.equals("*")) {
                others = taken;
            }
        }
        return others;
    }

    /** If-None-Match of RFC 9110, 13.1.2; compared weakly. */
    static boolean hasEtag(String ifNoneMatch, String etag) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String candidate : ifNoneMatch.split(",")) {
            String tag = candidate.strip();
            if (tag.equals("*") || (tag.startsWith("W/") ? tag.substring(2) : tag).equals(etag)) {
                return true;
            }
        }
        return false;
    }
}
