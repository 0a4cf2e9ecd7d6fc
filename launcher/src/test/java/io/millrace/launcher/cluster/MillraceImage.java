package io.millrace.launcher.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The project's own image, built once from the jars that Maven has just packaged. {@code MILLRACE_IMAGE} names an
 * existing image instead, as for compose.yaml. {@code MILLRACE_IMAGE_OFFLINE=true} builds its base image from Debian
 * packages if no registry is reachable.
 */
final class MillraceImage {
    private static final String TAG = "millrace:test";
    private static String name;

    private MillraceImage() {}

    static synchronized String name() throws IOException, InterruptedException {
        if (name == null) {
            String given = System.getenv("MILLRACE_IMAGE");
            name = given == null || given.isBlank() ? build() : given;
        }
        return name;
    }

    private static String build() throws IOException, InterruptedException {
        Path script = Path.of("..", "compose", "build-image.sh").toRealPath();
        List<String> command = new ArrayList<>(List.of(script.toString(), "--jars", "--tag", TAG));
        if (Boolean.parseBoolean(System.getenv("MILLRACE_IMAGE_OFFLINE"))) {
            command.add("--offline");
        }
        Process build = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String said = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (build.waitFor() != 0) {
            throw new IOException(command + " ended with code " + build.exitValue() + "; its errors are above");
        }
        return said;
    }
}
