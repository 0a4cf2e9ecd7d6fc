package io.millrace.edge.http;

import com.fasterxml.jackson.annotation.JsonInclude;

/** {@code {"error":{"code":"stream_not_found","message":"…"}}}, as the contract has it. */
record ApiError(Body error) {
    /**
     * @param availableFrom RFC 3339, the earliest that is left of something that expired; only with 410
     * @param watchAt a path that plays what HLS cannot show, if there is one; only with {@code codec_not_in_hls}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Body(String code, String message, String availableFrom, String watchAt) {}

    static ApiError of(String code, String message) {
        return new ApiError(new Body(code, message, null, null));
    }

    static ApiError expired(String message, String availableFrom) {
        return new ApiError(new Body("expired", message, availableFrom, null));
    }

    static ApiError notInHls(String message, String watchAt) {
        return new ApiError(new Body("codec_not_in_hls", message, null, watchAt));
    }
}
