package io.millrace.platform.access;

import io.millrace.platform.access.Decision.Reason;
import io.millrace.media.StreamName;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides by key or signature who may publish a stream; allows every publish if there are neither keys nor secrets. A
 * key is the last segment of the name, or the parameter {@code key}. Pure and immutable.
 *
 * @param keys the stream keys, null if none are configured
 * @param secrets the signing secrets, null if none are configured
 */
public record CredentialRules(StreamKeys keys, SigningSecrets secrets) {
    static final String KEY = "key";
    private static final Pattern SECONDS = Pattern.compile("\\d{1,18}");

    /**
     * Decides about a publish.
     *
     * @param asked the name in the URL, which may be a key
     * @param nowS current time, in seconds since 1970
     */
    Decision decide(StreamName asked, QueryString query, long nowS) {
        if (keys == null && secrets == null) {
            return new Decision.Allowed(asked);
        }
        Optional<String> sign = query.first(SigningSecrets.SIGN);
        if (secrets != null && sign.isPresent()) {
            return signed(asked, query.first(SigningSecrets.EXPIRES).orElse(""), sign.get(), nowS);
        }
        Optional<String> key = query.first(KEY);
        if (keys != null && key.isPresent()) {
            return keyed(asked, key.get());
        }
        Optional<StreamName> stream = keys == null ? Optional.empty() : keys.stream(lastSegment(asked));
        if (stream.isPresent()) {
            return new Decision.Allowed(stream.get());
        }
        return keys != null && secrets == null
                ? refused(Reason.UNKNOWN_KEY, "the stream key is not known here")
                : refused(Reason.NO_CREDENTIALS, "this server wants a stream key or a signed URL");
    }

    private Decision keyed(StreamName asked, String key) {
        Optional<StreamName> stream = keys.stream(key);
        if (stream.isEmpty()) {
            return refused(Reason.UNKNOWN_KEY, "the stream key is not known here");
        }
        return stream.get().equals(asked)
                ? new Decision.Allowed(asked)
                : refused(Reason.OTHER_STREAM, "the key is that of another stream");
    }

    private Decision signed(StreamName asked, String expires, String sign, long nowS) {
        if (!secrets.isGenuine(asked, expires, sign)) {
            return refused(Reason.BAD_SIGNATURE, "the signature is not for this stream and time");
        }
        if (!SECONDS.matcher(expires).matches()) { // an owner of the secret can sign any text
            return refused(Reason.BAD_SIGNATURE, "what is signed as 'expires' is no number of seconds since 1970");
        }
        return nowS < Long.parseLong(expires)
                ? new Decision.Allowed(asked)
                : refused(Reason.EXPIRED, "the signed URL has expired");
    }

    private static Decision refused(Reason reason, String description) {
        return new Decision.Refused(reason, description);
    }

    private static String lastSegment(StreamName name) {
        return name.value().substring(name.value().lastIndexOf('/') + 1);
    }
}
