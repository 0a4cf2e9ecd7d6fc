package io.millrace.platform.admin;

import java.util.Map;

/** What a stage serves at the admin port beside meters and health, as JSON. Thread-safe; called on virtual threads. */
public interface AdminResource {
    /** Where it is, without a slash at the end; all that is below is its, too. */
    String path();

    /** As {@code Allow} has them; the server answers other methods. */
    String methods();

    Answer answer(Request request);

    /**
     * @param method of {@link #methods}; HEAD comes as GET
     * @param below what stands behind the path and a slash; empty for the path itself
     * @param query the first value of each parameter
     */
    record Request(String method, String below, Map<String, String> query) {}

    /** @param json null for a status without a body */
    record Answer(int status, String json) {
        public static Answer error(int status, String code, String message) {
            return new Answer(status, HealthReport.error(code, message));
        }
    }
}
