package io.millrace.edge.http;

import io.netty.handler.codec.DefaultHeaders.NameValidator;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/**
 * Creates the header collections of requests, and limits the number of headers in each: a header of three bytes becomes
 * an object of more than a hundred. Thread-safe.
 *
 * @param limit maximum number of headers per request
 */
record HeaderCount(int limit) implements HttpHeadersFactory {
    private static final DefaultHttpHeadersFactory CHECKED = DefaultHttpHeadersFactory.headersFactory();

    @Override
    public HttpHeaders newHeaders() {
        return CHECKED.withNameValidator(new Counted(limit)).newHeaders();
    }

    @Override
    public HttpHeaders newEmptyHeaders() {
        return CHECKED.newEmptyHeaders();
    }

    /** Counts the headers of one request. */
    private static final class Counted implements NameValidator<CharSequence> {
        private int left;

        private Counted(int limit) {
            left = limit;
        }

        @Override
        public void validateName(CharSequence name) {
            if (left-- == 0) {
                throw new TooLongHttpHeaderException("too many headers");
            }
            CHECKED.getNameValidator().validateName(name);
        }
    }
}
