package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.net.PeerNetwork;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token that permits playing one stream, or all streams below a prefix, until a time:
 *
 * <pre>
 * token = expires "-" scope "-" sign              URL  http://HOST/live/show.m3u8?token=1767225600-s-0f3a…
 * scope = "s"   the stream        | "sa"   the same, from one address
 *       | "pN"  the streams that begin with N segments, 1 to 9 | "pNa" the same, from one address
 * sign  = hex(HMAC-SHA256(secret, "play:" + name + ":" + expires + ":" + scope [ + ":" + address ]))
 *         name     the stream, or its first N segments: "live/show", "live"
 *         address  IPv4 "192.0.2.7"; IPv6 the first four groups, of four digits each: "2001:0db8:0000:0001"
 * </pre>
 *
 * <p>The token repeats neither name nor address: the request has both. An IPv6 address counts as its /64, because
 * clients change the rest. A prefix ends between two segments. Immutable; text from elsewhere is parsed.
 *
 * @param expiresS time at and after which the token is refused, in seconds since 1970
 * @param segments number of segments of the prefix; 0 if the token is for one stream
 * @param hasAddress whether it is bound to an address
 * @param sign the signature, not verified
 */
public record PlayToken(long expiresS, int segments, boolean hasAddress, String sign) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})-(?:s|p([1-9]))(a?)-([0-9a-f]{64})");

    /**
     * Creates a token.
     *
     * @param name the stream, or the prefix of the streams; without a slash at its end
     * @param isPrefix whether {@code name} is a prefix
     * @param address the address to which the token is bound; null for any
     */
    public static String create(SigningSecrets secrets, String name, boolean isPrefix, long expiresS,
            InetAddress address) {
        int segments = isPrefix ? name.split("/", -1).length : 0;
        PlayToken unsigned = new PlayToken(expiresS, segments, address != null, "");
        return expiresS + "-" + unsigned.scope() + "-" + secrets.sign(unsigned.text(name, address));
    }

    /** Parses a token; empty if the text has another form. */
    static Optional<PlayToken> parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int segments = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
        return Optional.of(new PlayToken(Long.parseLong(parts.group(1)), segments, !parts.group(3).isEmpty(),
                parts.group(4)));
    }

    /** Returns whether the token was signed for this stream and this client. The caller checks its time. */
    boolean isGenuine(SigningSecrets secrets, StreamName stream, String host) {
        Optional<String> name = segments == 0 ? Optional.of(stream.value()) : prefix(stream.value(), segments);
        Optional<InetAddress> address = PeerNetwork.address(host);
        return name.isPresent() && (!hasAddress || address.isPresent())
                && secrets.isGenuine(text(name.get(), hasAddress ? address.get() : null), sign);
    }

    /** Returns the session of the viewers who have this token, which must be genuine. */
    ViewerSession session() {
        // The signature covers all the rest, and has one form; the expiry in the text may have leading zeros.
        return ViewerSession.ofToken(sign, expiresS);
    }

    private String scope() {
        return (segments == 0 ? "s" : "p" + segments) + (hasAddress ? "a" : "");
    }

    /** @param address ignored unless the token is bound to one */
    private String text(String name, InetAddress address) {
        return "play:" + name + ":" + expiresS + ":" + scope() + (hasAddress ? ":" + network(address) : "");
    }

    /** Returns the first segments of a name; empty if it has no more than these. */
    private static Optional<String> prefix(String name, int segments) {
        int end = -1;
        for (int i = 0; i < segments; i++) {
            end = name.indexOf('/', end + 1);
            if (end < 0) {
                return Optional.empty();
            }
        }
        return Optional.of(name.substring(0, end));
    }

    private static String network(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] bytes = address.getAddress();
        return String.format("%02x%02x:%02x%02x:%02x%02x:%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4],
                bytes[5], bytes[6], bytes[7]);
    }
}
