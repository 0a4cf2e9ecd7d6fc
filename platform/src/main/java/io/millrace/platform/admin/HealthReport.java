package io.millrace.platform.admin;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What all checks said at one moment, and its JSON as the contract has it. Immutable. */
record HealthReport(List<Line> lines) {
    private static final JsonMapper JSON = new JsonMapper();

    record Line(String name, HealthCheck.Status status) {}

    static HealthReport of(List<HealthCheck> checks) {
        return new HealthReport(checks.stream().map(check -> new Line(check.name(), check.status())).toList());
    }

    boolean up() {
        return lines.stream().allMatch(line -> line.status().up());
    }

    String json() {
        ObjectNode root = JSON.createObjectNode();
        root.put("status", word(up()));
        var checks = root.putArray("checks");
        for (Line line : lines) {
            checks.addObject()
                    .put("name", line.name())
                    .put("status", word(line.status().up()))
                    .put("detail", line.status().detail());
        }
        return root.toString();
    }

    /** The one shape that errors have at every port. */
    static String error(String code, String message) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("error").put("code", code).put("message", message);
        return root.toString();
    }

    private static String word(boolean up) {
        return up ? "up" : "down";
    }
}
