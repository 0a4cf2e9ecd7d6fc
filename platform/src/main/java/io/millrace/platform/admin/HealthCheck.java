package io.millrace.platform.admin;

import java.util.function.Supplier;

/**
 * One named condition of readiness. The process is ready while all of its checks are up.
 *
 * @param name short and fixed, such as {@code kafka}
 * @param probe returns the current state; called on any thread, once per request for {@code /health/ready}; must not
 *     block
 */
public record HealthCheck(String name, Supplier<Status> probe) {

    /**
     * The state of a condition.
     *
     * @param up whether the condition holds
     * @param detail one clause for users
     */
    public record Status(boolean up, String detail) {
        public static Status up(String detail) {
            return new Status(true, detail);
        }

        public static Status down(String detail) {
            return new Status(false, detail);
        }
    }

    /** Returns the probe's result; a probe that throws is down. */
    Status status() {
        try {
            return probe.get();
        } catch (RuntimeException e) {
            return Status.down("the check failed: " + e);
        }
    }
}
