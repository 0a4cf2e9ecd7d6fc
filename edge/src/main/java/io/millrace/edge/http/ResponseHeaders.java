package io.millrace.edge.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

/** The headers that every response carries, whoever requests it. */
final class ResponseHeaders {
    // Preencoded, since every response has them.
    private static final AsciiString SERVER = AsciiString.cached("Millrace");
    private static final AsciiString CONTENT_TYPE_OPTIONS = AsciiString.cached("x-content-type-options");
    private static final AsciiString NOSNIFF = AsciiString.cached("nosniff");

    private ResponseHeaders() {}

    static void add(HttpHeaders headers) {
        headers.set(HttpHeaderNames.DATE, ResponseDate.now());
        headers.set(HttpHeaderNames.SERVER, SERVER);
        headers.set(CONTENT_TYPE_OPTIONS, NOSNIFF);
    }
}
