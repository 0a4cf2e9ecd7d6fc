package io.millrace.platform.admin;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names by which the admin port may be reached, besides addresses and {@code localhost}. A page of a foreign site can have
 * its own name resolve to this machine (DNS rebinding), and the viewer's browser then takes the admin port for that site; but
 * it says that name in {@code Host}. Immutable.
 *
 * @param names in lower case
 */
public record AdminNames(Set<String> names) {
    public static final AdminNames NONE = new AdminNames(Set.of());
    private static final String LOCAL = "localhost";
    /** RFC 1123, and the underscores of compose and Kubernetes. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})");
    private static final Pattern PORT = Pattern.compile("(:\\d*)?$");

    public AdminNames {
        names = Set.copyOf(names);
    }

    /**
     * @param text {@code none}, or names with commas between
     * @throws IllegalArgumentException saying what would be right
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
            throw new IllegalArgumentException("'" + name + "' is no name such as admin.example.com");
        }
        return normal(name);
    }

    /**
     * Whether a request is meant for this port.
     *
     * @param hosts values of its Host headers; null or none where there is none, as no browser does
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

    /** A full stop at the end says that a name is complete. */
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
