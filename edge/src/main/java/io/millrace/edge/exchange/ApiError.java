package io.millrace.edge.exchange;

import com.fasterxml.jackson.annotation.JsonInclude;

/** The JSON body of an error response: {@code {"error":{"code":"stream_not_found","message":"…"}}}. */
public record ApiError(Body error) {
    /**
     * @param availableFrom RFC 3339, the earliest time that is still retained; only with 410, null if nothing is
     * @param watchAt a path that plays the stream, which the requested output cannot carry; only with
     *     {@code codec_not_in_hls} and {@code codec_not_in_ts}, null if the stream has ended and no output carries it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Body(String code, String message, String availableFrom, String watchAt) {}

    public static ApiError of(String code, String message) {
        return new ApiError(new Body(code, message, null, null));
    }

    /** Returns the error of a 410 response. */
    public static ApiError expired(String message, String availableFrom) {
        return new ApiError(new Body("expired", message, availableFrom, null));
    }

    /** Returns the error {@code withdrawn} of a 410 response. */
    public static ApiError withdrawn(String stream) {
        return of("withdrawn", "this part of " + stream + " has been withdrawn");
    }

    /** Returns the error {@code codec_not_in_hls}. */
    public static ApiError notInHls(String message, String watchAt) {
        return new ApiError(new Body("codec_not_in_hls", message, null, watchAt));
    }

    /** Returns the error {@code codec_not_in_ts}. */
    public static ApiError notInTs(String message, String watchAt) {
        return new ApiError(new Body("codec_not_in_ts", message, null, watchAt));
    }
}
