package io.millrace.platform.log;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * States that the operator has disconnected viewers or the publisher of a stream, or everyone with tokens of a subject,
 * whichever node has their connections.
 * A value of {@code control}, keyed by {@link Key}; its tombstone ends the kick. The viewer or publisher is refused
 * until {@link #untilMs}.
 *
 * @param atMs when the operator did it, ms since 1970
 * @param untilMs until when the viewer or publisher is refused; not after {@code atMs} if it may return at once
 * @param reason the operator's words, for other operators; at most {@link #REASON_LIMIT} characters
 */
public record Kick(Key key, long atMs, long untilMs, String reason) implements LogRecord {
    public static final int REASON_LIMIT = 500;
    /** The longest time for which anyone is refused. Determines the retention of {@code control}. */
    public static final long LIMIT_MS = TimeUnit.DAYS.toMillis(30);
    /**
     * A node that reads a kick later than this disconnects only the viewer or publisher that is still refused: others
     * may have come since.
     */
    public static final long NEWS_MS = TimeUnit.MINUTES.toMillis(1);

    /** The connections that a kick ends. */
    public enum Target {
        /** The viewer of a session, which {@link Key#detail} names. It stays refused. */
        VIEWER,
        /** All current viewers; those of one protocol if {@link Key#detail} names one. They may return. */
        VIEWERS,
        /** The publisher. */
        PUBLISHER,
        /**
         * Viewers and publishers of all streams with a JSON Web Token of a subject, whose hash is {@link Key#detail}. They
         * stay refused, whatever token they get. The key has no stream.
         */
        SUBJECT
    }

    /**
     * The key of the record: {@code live/show#VIEWER-9f86d0…-1767225600}.
     *
     * @param stream empty for {@link Target#SUBJECT}
     * @param detail depends on the target; possibly empty
     */
    public record Key(String stream, Target target, String detail) {
        private static final Pattern SYNTAX = Pattern
                .compile("([^#]*)#(VIEWER|VIEWERS|PUBLISHER|SUBJECT)-([0-9a-z-]*)");

        /** Returns the key that {@code text} is; empty if it has another form. */
        public static Optional<Key> parse(String text) {
            Matcher key = SYNTAX.matcher(text == null ? "" : text);
            return key.matches()
                    ? Optional.of(new Key(key.group(1), Target.valueOf(key.group(2)), key.group(3)))
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return stream + '#' + target + '-' + detail;
        }
    }

    /** Returns the key of a kick of everyone with tokens of a subject, {@link Target#SUBJECT}. */
    public static Key ofSubject(String hash) {
        return new Key("", Target.SUBJECT, hash);
    }

    /** Returns whether the viewer or publisher is refused at this time. */
    public boolean isInForce(long nowMs) {
        return key.target() != Target.VIEWERS && nowMs < untilMs;
    }

    /** Returns whether a node that reads the kick at this time has to disconnect anyone. */
    public boolean disconnects(long nowMs) {
        return isInForce(nowMs) || key.target() != Target.VIEWER && nowMs - atMs < NEWS_MS;
    }
}
