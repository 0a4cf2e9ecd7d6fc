package io.millrace.platform.access;

import io.millrace.platform.net.PeerNetwork;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Identifies a viewer on all nodes, over all of its requests and connections: by its token, otherwise by its network and
 * its player. A hash of 128 bits, which reveals neither. Immutable.
 *
 * <p>As text: 32 hexadecimal digits, followed for a token by {@code -} and the time at which it expires:
 * {@code 9f86d081884c7d659a2feaa0c55ad015-1767225600}. A node that has never seen the token thus knows how long it lasts.
 *
 * @param hash 32 hexadecimal digits
 * @param untilS when the token expires, in seconds since 1970; {@link AccessDecision#NO_END} without a token
 * @param subject hash of whom the token is for ({@link #ofSubject}), null if it names nobody; not part of the identity
 */
public record ViewerSession(String hash, long untilS, String subject) {
    /** Characters of a player's name that count, which no honest one exceeds. */
    public static final int CLIENT_LIMIT = 256;
    private static final int HASH_BYTES = 16;
    private static final Pattern SYNTAX = Pattern.compile("([0-9a-f]{32})(?:-(0|[1-9][0-9]{0,17}))?");

    /** Creates a session of nobody in particular. */
    public ViewerSession(String hash, long untilS) {
        this(hash, untilS, null);
    }

    /** Returns what stands for the subject of JSON Web Tokens (RFC 7519, 4.1.2): 32 hexadecimal digits. */
    public static String ofSubject(String sub) {
        return hash("sub", sub);
    }

    /**
     * Returns the session of a token.
     *
     * @param signed the part of the token that no one else can write in another form: neither a signature that has two
     *     encodings nor a number with leading zeros
     */
    static ViewerSession ofToken(String signed, long untilS) {
        return new ViewerSession(hash("token", signed), untilS);
    }

    /** @param subject {@code sub} of the token, null without one */
    ViewerSession of(String subject) {
        return subject == null ? this : new ViewerSession(hash, untilS, ofSubject(subject));
    }

    /** Returns the session of a viewer without a token. */
    public static ViewerSession ofPeer(AccessRequest.Source peer) {
        return ofPeer(peer.address(), peer.client());
    }

    /**
     * Returns the session of a viewer without a token.
     *
     * @param address {@code host:port}, or only the host; an IPv6 address counts as its /64
     * @param client name of the player as it states it, possibly empty
     */
    public static ViewerSession ofPeer(String address, String client) {
        String player = client.substring(0, Math.min(client.length(), CLIENT_LIMIT));
        return new ViewerSession(hash("peer", PeerNetwork.ofEndpoint(address) + '\n' + player), AccessDecision.NO_END);
    }

    /** Returns the session that {@code text} names; empty if it has another form. */
    public static Optional<ViewerSession> parse(String text) {
        Matcher parts = SYNTAX.matcher(text);
        return parts.matches()
                ? Optional.of(new ViewerSession(parts.group(1),
                        parts.group(2) == null ? AccessDecision.NO_END : Long.parseLong(parts.group(2))))
                : Optional.empty();
    }

    /** Returns whether a token identifies the viewer. */
    public boolean hasToken() {
        return untilS != AccessDecision.NO_END;
    }

    /** Returns when the token expires, ms since 1970; {@link AccessDecision#NO_END} without a token. */
    public long untilMs() {
        return hasToken() ? TimeUnit.SECONDS.toMillis(untilS) : AccessDecision.NO_END;
    }

    @Override
    public String toString() {
        return hasToken() ? hash + '-' + untilS : hash;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ViewerSession(String otherHash, long otherUntilS, _) && hash.equals(otherHash)
                && untilS == otherUntilS;
    }

    @Override
    public int hashCode() {
        return 31 * hash.hashCode() + Long.hashCode(untilS);
    }

    private static String hash(String kind, String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((kind + '\n' + text).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(digest, HASH_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
