package io.millrace.simulation;

/** When an encoder, which always sends sound, also sends pictures. */
enum Picture {
    NEVER, ALWAYS, LATE, EARLY;

    private static final int CHANGE_MS = 5_000;

    boolean isSentAt(int timestampMs) {
        return switch (this) {
            case NEVER -> false;
            case ALWAYS -> true;
            case LATE -> timestampMs >= CHANGE_MS;
            case EARLY -> timestampMs < CHANGE_MS;
        };
    }
}
