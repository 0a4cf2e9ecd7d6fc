package io.millrace.launcher.settings;

/** Port numbers as people write them. */
final class Ports {
    private static final int HIGHEST = 65_535;

    private Ports() {}

    /** @throws IllegalArgumentException saying what would be right */
    static int parse(String text) {
        try {
            int port = Integer.parseInt(text.strip());
            if (port >= 0 && port <= HIGHEST) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below, like a number that is out of range.
        }
        throw new IllegalArgumentException("'" + text.strip() + "' is not a port, 0 to 65535");
    }
}
