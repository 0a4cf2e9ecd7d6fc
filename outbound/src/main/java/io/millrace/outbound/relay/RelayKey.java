package io.millrace.outbound.relay;

/**
 * One relay of one stream. Its text is the key of its records: {@code youtube live/show}. Neither name contains a space.
 *
 * @param relay name of the relay
 * @param stream name of the stream
 */
record RelayKey(String relay, String stream) {
    /**
     * Parses the key of a record.
     *
     * @throws IllegalArgumentException if {@code text} is not such a key
     */
    static RelayKey parse(String text) {
        int space = text.indexOf(' ');
        if (space < 1) {
            throw new IllegalArgumentException("'" + text + "' is not the key of a relay");
        }
        return new RelayKey(text.substring(0, space), text.substring(space + 1));
    }

    @Override
    public String toString() {
        return relay + ' ' + stream;
    }
}
