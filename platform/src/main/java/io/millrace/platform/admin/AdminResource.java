package io.millrace.platform.admin;

import java.util.List;
import java.util.Map;

/** A resource that a stage adds to the admin port, usually JSON. Thread-safe; called on virtual threads. */
public interface AdminResource {
    /** Returns the operations, which do not change. The server answers no others. */
    List<AdminRoute> routes();

    /**
     * A request for an operation.
     *
     * @param named what stands for the parameter of the route's template, decoded; empty if it has none
     * @param query the first value of each parameter
     * @param body the body of a {@code POST} or {@code PUT}; otherwise empty
     */
    record Request(String named, Map<String, String> query, String body) {}

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

        /** Creates a response with a file. */
        public static Answer of(AdminFile file) {
            return new Answer(200, null, file);
        }

        /** Returns an error response, whose body has the form of all errors of the API. */
        public static Answer error(int status, String code, String message) {
            return new Answer(status, HealthReport.error(code, message));
        }
    }
}
