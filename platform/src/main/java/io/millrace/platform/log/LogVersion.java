package io.millrace.platform.log;

/**
 * A value of {@code streams}, key {@link #KEY} in partition 0: the version of the log that nodes write from now on. Without
 * a record, it is 1.
 *
 * @param release release of Millrace that can read the version, as are later ones
 */
public record LogVersion(int version, String release, long finalizedAtMs) implements LogRecord {
    /** No stream has this key, because a stream's name is not empty. */
    public static final String KEY = "#version";
}
