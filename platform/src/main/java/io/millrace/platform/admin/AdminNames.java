package io.millrace.platform.admin;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The host names that requests to the admin port may use, besides IP addresses and {@code localhost}. Protects against
 * DNS rebinding: a foreign site can resolve its own name to this machine, so that a viewer's browser sends that site's
 * requests to the admin port, but the browser then sends that name in {@code Host}. Immutable.
 *
 * @param names in lower case
 */
public record AdminNames(Set<String> names) {
    public static final AdminNames NONE = new AdminNames(Set.of());
    private static final String LOCAL = "localhost";
    /** RFC 1123, plus the underscores of compose and Kubernetes. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})");
    private static final Pattern PORT = Pattern.compile("(:\\d*)?$");

    public AdminNames {
        names = Set.copyOf(names);
    }

    /**
     * Parses a list of names.
     *
     * @param text {@code none}, or names separated by commas
     * @throws IllegalArgumentException if a name is not a host name; the message shows a valid one
     */
    public static AdminNames parse(String text) {
        if (text.strip().equals("none")) {
            return NONE;
        }
        return new AdminNames(Arrays.stream(text.split(",", -1)).map(AdminNames::checked).collect(Collectors.toSet()));
    }

    private static String checked(String text) {
        String name = text.strip();
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a host name such as admin.example.com");
        }
        return normal(name);
    }

    /**
     * Whether the admin port may answer a request with these {@code Host} headers.
     *
     * @param hosts values of the headers; null or empty if there are none. Every browser sends one, so requests without
     *     any are allowed
     */
    boolean allow(List<String> hosts) {
        return hosts == null || hosts.stream().allMatch(this::allows);
    }

    private boolean allows(String host) {
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end > 0 && isAddress(host.substring(1, end));
        }
        String name = normal(PORT.matcher(host.strip()).replaceFirst(""));
        return name.equals(LOCAL) || names.contains(name) || isAddress(name);
    }

    /** A trailing full stop marks a fully qualified name. */
    private static String normal(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
