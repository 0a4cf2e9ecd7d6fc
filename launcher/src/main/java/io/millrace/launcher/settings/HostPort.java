package io.millrace.launcher.settings;

/**
 * One {@code HOST:PORT}; an IPv6 address stands in brackets, {@code [::1]:9092}. Immutable.
 *
 * @param host without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {

    /** @throws IllegalArgumentException saying what would be right */
    public static HostPort parse(String text) {
        String trimmed = text.strip();
        int colon = trimmed.lastIndexOf(':');
        String host = colon < 0 ? "" : trimmed.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "";
        }
        if (host.isBlank() || host.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("'" + trimmed + "' is not HOST:PORT, such as localhost:9092");
        }
        int port = Ports.parse(trimmed.substring(colon + 1));
        if (port == 0) {
            throw new IllegalArgumentException("'" + trimmed + "' has port 0, which nobody can reach");
        }
        return new HostPort(host, port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
