package io.millrace.launcher.settings;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Maps settings to environment variables ({@code MILLRACE_HTTP_PORT} is {@code --http-port}), and finds misspelled
 * variables.
 */
final class EnvironmentNames {
    private static final String PREFIX = "MILLRACE_";
    /** Variables that the script {@code millrace}, the image and the tests read, not the program. */
    private static final Set<String> OF_OTHERS = Set.of("MILLRACE_CONFIG", "MILLRACE_JAVA_HOME", "MILLRACE_JAVA_OPTS",
            "MILLRACE_CACHE", "MILLRACE_REQUIRE_TOOLS", "MILLRACE_IMAGE", "MILLRACE_IMAGE_OFFLINE",
            "MILLRACE_IMAGE_CACHE");
    /**
     * Variables that Kubernetes and Docker links set for a service with the name millrace, such as
     * {@code MILLRACE_SERVICE_HOST}.
     */
    private static final Pattern SERVICE_LINK = Pattern.compile(".*(_SERVICE_(HOST|PORT).*|_PORT_\\d+_(TCP|UDP).*)");
    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp)://.*");

    private EnvironmentNames() {}

    /** Returns the environment variable of the setting {@code name}. */
    static String of(String name) {
        return PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /**
     * Returns a warning for each variable that begins with {@code MILLRACE_} and is not a setting, in alphabetical
     * order.
     *
     * @param settings the names of all settings
     */
    static List<String> unknown(Map<String, String> environment, Set<String> settings) {
        Set<String> known = Stream.concat(settings.stream().map(EnvironmentNames::of), OF_OTHERS.stream())
                .collect(Collectors.toUnmodifiableSet());
        return new TreeMap<>(environment).entrySet().stream()
                .filter(variable -> variable.getKey().startsWith(PREFIX) && !known.contains(variable.getKey()))
                .filter(variable -> !isServiceLink(variable)).map(variable -> unknown(variable.getKey(), known))
                .toList();
    }

    private static boolean isServiceLink(Map.Entry<String, String> variable) {
        return SERVICE_LINK.matcher(variable.getKey()).matches()
                || SERVICE_ADDRESS.matcher(variable.getValue()).matches();
    }

    private static String unknown(String variable, Set<String> known) {
        return "the environment variable " + variable + " is not a setting"
                + NearestName.of(variable, known).map(near -> "; did you mean " + near + "?").orElse("");
    }
}
