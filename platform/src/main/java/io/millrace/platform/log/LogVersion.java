package io.millrace.platform.log;

/**
 * A value of {@code streams}, key {@link #KEY} in partition 0: the version of the log that nodes write from now on.
 * Without a record, it is {@link LogVersions#FIRST}.
 *
 * @param release the release of Millrace that made the version final; it and later releases can read the version
 */
public record LogVersion(int version, String release, long finalizedAtMs) implements LogRecord {
    /** No stream has this key, because a stream's name is not empty. */
    public static final String KEY = "#version";
}
