package io.millrace.edge.exchange;

import io.millrace.edge.view.SharedText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Sends a prerendered text, compressed if the client accepts gzip; 304 if the client has it cached. */
public final class TextBody {
    private static final Pattern NOT_AT_ALL = Pattern.compile("\\s*;\\s*[qQ]\\s*=\\s*0(\\.0*)?\\s*");

    private TextBody() {}

    /**
     * Answers the request. Returns the size of the response body in bytes; 0 for HEAD and for 304.
     *
     * @param type the Content-Type header
     * @param caching the Cache-Control header
     */
    public static int send(Responder responder, SharedText text, String type, String caching) {
        return send(responder, text, type, caching, _ -> {});
    }

    /**
     * Answers the request as the other method does.
     *
     * @param more sets further response headers
     */
    public static int send(Responder responder, SharedText text, String type, String caching,
            Consumer<HttpHeaders> more) {
        boolean gzip = acceptsGzip(responder.request().headers().get(HttpHeaderNames.ACCEPT_ENCODING));
        String etag = gzip ? text.gzipEtag() : text.etag();
        boolean unchanged = hasEtag(responder.request().headers().get(HttpHeaderNames.IF_NONE_MATCH), etag);
        byte[][] pieces = (gzip ? text.gzipPieces() : text.plainPieces()).toArray(byte[][]::new);
        ByteBuf body = unchanged ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(pieces);
        int size = body.readableBytes();
        responder.send(unchanged ? HttpResponseStatus.NOT_MODIFIED : HttpResponseStatus.OK, body, headers -> {
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
        return responder.request().isHead() ? 0 : size;
    }

    /**
     * Evaluates Accept-Encoding (RFC 9110, 12.5.3): gzip is accepted if it is listed with a quality above 0. If it is
     * not listed, the quality of {@code *} decides.
     *
     * @param acceptEncoding the header, or null
     */
    static boolean acceptsGzip(String acceptEncoding) {
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

    /**
     * Evaluates If-None-Match (RFC 9110, 13.1.2) by weak comparison.
     *
     * @param ifNoneMatch the header, or null
     * @param etag quoted
     */
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
