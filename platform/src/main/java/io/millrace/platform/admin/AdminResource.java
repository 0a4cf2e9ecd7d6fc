package io.millrace.platform.admin;

import java.util.Map;

/** A resource that a stage adds to the admin port, usually JSON. Thread-safe; called on virtual threads. */
public interface AdminResource {
    /** The path without a trailing slash. The resource also serves all paths below it. */
    String path();

    /** The allowed methods, in the format of the {@code Allow} header. The server rejects other methods. */
    String methods();

    /** Answers a request for the path or one below it; 404 for a path that does not exist. May block. */
    Answer answer(Request request);

    /**
     * A request to the resource.
     *
     * @param method one of {@link #methods}; HEAD is passed as GET
     * @param below the part of the path after {@link #path} and a slash; empty for the path itself
     * @param query the first value of each parameter
     */
    record Request(String method, String below, Map<String, String> query) {}

    /**
     * The response.
     *
     * @param status HTTP status
     * @param json null for a status without a body, and if there is a file
     * @param file a body that is not JSON; null without one
     */
    record Answer(int status, String json, AdminFile file) {
        /** Creates a response of JSON, or without a body if it is null. */
        public Answer(int status, String json) {
            this(status, json, null);
        }

        /** Returns an error response, whose body has the form of all errors of the API. */
        public static Answer error(int status, String code, String message) {
            return new Answer(status, HealthReport.error(code, message));
        }
    }
}
