package io.millrace.launcher.broker;

/**
 * The controller of one broker in a cluster, written {@code ID@HOST:PORT}. Immutable.
 *
 * @param id the broker's {@code --node-id}
 * @param address address on which the broker's controller listens
 */
public record Voter(int id, HostPort address) {

    /**
     * Parses one controller.
     *
     * @throws IllegalArgumentException if {@code text} is not ID@HOST:PORT; the message is for the user
     */
    static Voter parse(String text) {
        String trimmed = text.strip();
        int at = trimmed.indexOf('@');
        if (at < 1 || !trimmed.substring(0, at).matches("\\d{1,5}")) {
            throw new IllegalArgumentException("'" + trimmed + "' is not ID@HOST:PORT, such as 1@127.0.0.1:9093");
        }
        return new Voter(Integer.parseInt(trimmed.substring(0, at)), HostPort.parse(trimmed.substring(at + 1)));
    }

    @Override
    public String toString() {
        return id + "@" + address;
    }
}
