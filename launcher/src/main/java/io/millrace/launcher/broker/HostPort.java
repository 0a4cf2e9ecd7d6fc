package io.millrace.launcher.broker;

/**
 * A host and a port to connect to, written {@code HOST:PORT}. An IPv6 address is written in brackets,
 * {@code [::1]:9092}. Immutable.
 *
 * @param host name or address, without brackets
 * @param port 1 to 65535; not checked by the constructor
 */
public record HostPort(String host, int port) {
    private static final int HIGHEST_PORT = 65_535;

    /**
     * Parses an address.
     *
     * @throws IllegalArgumentException if {@code text} is not HOST:PORT with a port from 1 to 65535; the message is for
     *        the user
     */
    public static HostPort parse(String text) {
        String trimmed = text.strip();
        int colon = trimmed.lastIndexOf(':');
        String host = colon < 0 ? "" : trimmed.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = ""; // an IPv6 address without brackets is rejected below
        }
        if (host.isBlank() || host.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("'" + trimmed + "' is not HOST:PORT, such as localhost:9092");
        }
        int port = parsePort(trimmed.substring(colon + 1));
        if (port == 0) {
            throw new IllegalArgumentException("'" + trimmed + "' has port 0; a port from 1 to 65535 is required");
        }
        return new HostPort(host, port);
    }

    /**
     * Parses the number of a port on which to listen. 0 stands for a port that is chosen when it is bound; the caller
     * must reject it if the port is one to connect to.
     *
     * @throws IllegalArgumentException if {@code text} is not a number from 0 to 65535; the message is for the user
     */
    public static int parsePort(String text) {
        try {
            int port = Integer.parseInt(text.strip());
            if (port >= 0 && port <= HIGHEST_PORT) {
                return port;
            }
        } catch (NumberFormatException _) {
            // Falls through to the message for a number that is out of range.
        }
        throw new IllegalArgumentException("'" + text.strip() + "' is not a port, 0 to 65535");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
