package io.millrace.launcher.settings;

import java.util.OptionalLong;

/**
 * How much of a topic is kept: a size, {@code unlimited}, or {@code auto}, which is for whoever runs the log to fill in.
 * Immutable.
 *
 * @param bytes -1 for unlimited, empty for auto
 */
public record RetentionSize(OptionalLong bytes) {
    static final long UNLIMITED = -1;
    /** Below this not even a GOP of each partition would be retained. */
    static final long SMALLEST = ByteSize.parse("100MB");

    /** @throws IllegalArgumentException saying what would be right */
    static RetentionSize parse(String text) {
        return new RetentionSize(switch (text.strip()) {
            case "auto" -> OptionalLong.empty();
            case "unlimited" -> OptionalLong.of(UNLIMITED);
            default -> OptionalLong.of(ByteSize.parse(text));
        });
    }

    /** On a cluster its owner decides what fits; the embedded broker must not fill a laptop's disk. */
    long bytesOn(boolean embeddedBroker) {
        return bytes.orElse(embeddedBroker ? ByteSize.parse("10GB") : UNLIMITED);
    }
}
