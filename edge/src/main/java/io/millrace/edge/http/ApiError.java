package io.millrace.edge.http;

import com.fasterxml.jackson.annotation.JsonInclude;

/** {@code {"error":{"code":"stream_not_found","message":"…"}}}, as the contract has it. */
record ApiError(Body error) {
    /** @param availableFrom RFC 3339, what is left of something that expired; only with 410 */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Body(String code, String message, String availableFrom) {}

    static ApiError of(String code, String message) {
        return new ApiError(new Body(code, message, null));
    }

    static ApiError expired(String message, String availableFrom) {
        return new ApiError(new Body("expired", message, availableFrom));
    }
}
