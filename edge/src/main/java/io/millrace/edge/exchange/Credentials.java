package io.millrace.edge.exchange;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The credentials of a request: parameters of its query, or the same as the prefix of its path. The prefix
 * {@code /t/TOKEN} stands for {@code token=TOKEN}; all other credentials are encoded as {@code q~} and the base64url of
 * the query (RFC 4648, 5). Immutable.
 *
 * @param query the parameters, percent-encoded; empty without credentials
 * @param others the other parameters of the query, percent-encoded; empty without any
 * @param isPrefix whether the path has the credentials
 */
public record Credentials(String query, String others, boolean isPrefix) {
    private static final String ENCODED = "q~";
    private static final String TOKEN = "token=";
    /** Parameters that select the requested media. */
    private static final Set<String> MEDIA = Set.of("start", "end", "delay", "audio", "video", "limit", "after",
            "state",
            "search", "app", "stream", "port", "CMCD");
    private static final String DIRECTIVES = "_HLS_";

    /**
     * @param reads whether the policy reads a parameter
     */
    public static Credentials of(RequestTarget target, Predicate<String> reads) {
        if (target.token() != null) {
            return new Credentials(decoded(target.token()), target.query(), true);
        }
        List<String> credentials = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String parameter : target.query().split("&")) {
            String name = name(parameter);
            boolean isMedia = name.isEmpty() || MEDIA.contains(name) || name.startsWith(DIRECTIVES);
            (!isMedia && reads.test(name) ? credentials : others).add(parameter);
        }
        return new Credentials(String.join("&", credentials), String.join("&", others), false);
    }

    /** Returns the prefix of a path that has these credentials, {@code /t/TOKEN}; empty without credentials. */
    public String prefix() {
        if (query.isEmpty()) {
            return "";
        }
        String token = query.startsWith(TOKEN) ? query.substring(TOKEN.length()) : "";
        boolean isPlain = RequestTarget.isToken(token) && !token.startsWith(ENCODED);
        return "/t/" + (isPlain
                ? token
                : ENCODED + Base64.getUrlEncoder().withoutPadding()
                        .encodeToString(query.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns these credentials and another one. */
    Credentials with(String parameter) {
        return new Credentials(query.isEmpty() ? parameter : query + "&" + parameter, others, isPrefix);
    }

    private static String decoded(String token) {
        try {
            return token.startsWith(ENCODED)
                    ? new String(Base64.getUrlDecoder().decode(token.substring(ENCODED.length())),
                            StandardCharsets.UTF_8)
                    : TOKEN + token;
        } catch (IllegalArgumentException _) {
            return TOKEN + token; // which no policy accepts
        }
    }

    private static String name(String parameter) {
        int sign = parameter.indexOf('=');
        try {
            return QueryStringDecoder.decodeComponent(sign < 0 ? parameter : parameter.substring(0, sign));
        } catch (IllegalArgumentException _) {
            return parameter; // a % that escapes nothing stands for itself
        }
    }
}
