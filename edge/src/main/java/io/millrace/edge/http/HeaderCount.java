package io.millrace.edge.http;

import io.netty.handler.codec.DefaultHeaders.NameValidator;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/**
 * Makes the headers of requests, of which each may have so many: a header of three bytes is an object of more than a hundred. Thread-safe.
 *
 * @param limit headers of one request
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

    /** Of one request. */
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
