package io.millrace.platform.admin;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The results of all checks at one time, and their JSON. Immutable. */
record HealthReport(List<Line> lines) {
    private static final JsonMapper JSON = new JsonMapper();

    /** The result of one check. */
    record Line(String name, HealthCheck.Status status) {}

    static HealthReport of(List<HealthCheck> checks) {
        return new HealthReport(checks.stream().map(check -> new Line(check.name(), check.status())).toList());
    }

    /** Returns whether every check is up; otherwise {@code /health/ready} responds with 503. */
    boolean up() {
        return lines.stream().allMatch(line -> line.status().up());
    }

    String json() {
        ObjectNode root = JSON.createObjectNode();
        root.put("status", label(up()));
        var checks = root.putArray("checks");
        for (Line line : lines) {
            checks.addObject()
                    .put("name", line.name())
                    .put("status", label(line.status().up()))
                    .put("detail", line.status().detail());
        }
        return root.toString();
    }

    /** Returns the JSON of an error, which has the same structure at every port. */
    static String error(String code, String message) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("error").put("code", code).put("message", message);
        return root.toString();
    }

    private static String label(boolean up) {
        return up ? "up" : "down";
    }
}
