package io.millrace.platform.kick;

import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.log.Kick;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The parameters of an operator's request to disconnect a viewer or publisher, from which it makes the kick. Immutable.
 *
 * @param seconds for how long the viewer or publisher is refused; null for the default
 * @param reason the operator's words, possibly empty
 */
public record KickOrder(Long seconds, String reason) {
    /**
     * How long a viewer without a token is refused. Short, because other viewers behind the same router may have the
     * same player; players soon stop sending requests.
     */
    static final Duration WITHOUT_TOKEN = Duration.ofMinutes(1);
    private static final long SECONDS_LIMIT = TimeUnit.MILLISECONDS.toSeconds(Kick.LIMIT_MS);

    /**
     * Reads the parameters {@code seconds} and {@code reason}.
     *
     * @throws IllegalArgumentException if one is not valid; the message says what is
     */
    public static KickOrder parse(Map<String, String> query) {
        String seconds = query.get("seconds");
        if (seconds != null && (!seconds.matches("[1-9][0-9]{0,8}") || Long.parseLong(seconds) > SECONDS_LIMIT)) {
            throw new IllegalArgumentException("seconds must be 1 to " + SECONDS_LIMIT);
        }
        String reason = query.getOrDefault("reason", "");
        if (reason.length() > Kick.REASON_LIMIT) {
            throw new IllegalArgumentException("reason has more than " + Kick.REASON_LIMIT + " characters");
        }
        if (reason.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("reason must be one line without control characters");
        }
        return new KickOrder(seconds == null ? null : Long.valueOf(seconds), reason);
    }

    /** Returns the kick of a viewer: until its token expires, for a minute without a token, or for {@link #seconds}. */
    public Kick viewer(String stream, ViewerSession session, long nowMs) {
        long defaultMs = session.hasToken() ? Kick.LIMIT_MS : WITHOUT_TOKEN.toMillis();
        long untilMs = Math.min(session.untilMs(), nowMs + (seconds == null ? defaultMs : seconds * 1_000));
        return new Kick(new Kick.Key(stream, Kick.Target.VIEWER, session.toString()), nowMs, untilMs, reason);
    }

    /** @param protocol null for viewers by all protocols */
    public Kick viewers(String stream, String protocol, long nowMs) {
        return new Kick(new Kick.Key(stream, Kick.Target.VIEWERS, protocol == null ? "" : protocol), nowMs, nowMs,
                reason);
    }

    /**
     * Returns the kick of everyone with tokens of a subject, for {@link #seconds}.
     *
     * @param sub as in the tokens
     * @throws IllegalArgumentException if there are no seconds: no token says how long the kick has to last
     */
    Kick subject(String sub, long nowMs) {
        if (seconds == null) {
            throw new IllegalArgumentException("seconds is required: later tokens of the subject are refused as well");
        }
        return new Kick(Kick.ofSubject(ViewerSession.ofSubject(sub)), nowMs, nowMs + seconds * 1_000, reason);
    }

    /** Returns the kick of a publisher, which may return at once unless {@link #seconds} is set. */
    public Kick publisher(String stream, long nowMs) {
        return new Kick(new Kick.Key(stream, Kick.Target.PUBLISHER, ""), nowMs,
                seconds == null ? nowMs : nowMs + seconds * 1_000, reason);
    }
}
