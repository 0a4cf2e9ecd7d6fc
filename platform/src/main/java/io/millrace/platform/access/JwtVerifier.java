package io.millrace.platform.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.platform.access.AccessRequest.Action;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.InvalidJwtSignatureException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * Verifies JSON Web Tokens (RFC 7519) against one key set (RFC 7517), and remembers the results within a bound. Only
 * signatures with public keys are accepted. Claims:
 *
 * <pre>
 * exp      required
 * streams  required: a pattern of stream names, or a list of up to 100 (see StreamPattern)
 * actions  "play", "publish", or a list of these; without the claim, the token permits "play"
 * nbf      optional
 * iss, aud as {@link JwtClaimRules} requires
 * </pre>
 *
 * Other claims are ignored. Thread-safe.
 */
final class JwtVerifier {
    /** Tokens with more characters are refused before they are parsed. */
    static final int TOKEN_LIMIT = 4_096;
    /**
     * A key set has one key per algorithm, and a few while keys are being replaced. A token that names no key is tried
     * with all of its type.
     */
    static final int KEYS_LIMIT = 20;
    private static final int PATTERNS_LIMIT = 100;
    /** Memory for the results of tokens: about 10,000 tokens of average size. */
    private static final int CACHE_BYTES = 16 << 20;
    /** Memory of a result in addition to its token. */
    private static final int ENTRY_BYTES = 512;

    private static final String[] ALGORITHMS = {AlgorithmIdentifiers.RSA_USING_SHA256,
        AlgorithmIdentifiers.RSA_USING_SHA384, AlgorithmIdentifiers.RSA_USING_SHA512,
        AlgorithmIdentifiers.RSA_PSS_USING_SHA256, AlgorithmIdentifiers.RSA_PSS_USING_SHA384,
        AlgorithmIdentifiers.RSA_PSS_USING_SHA512, AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
        AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
        AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512, AlgorithmIdentifiers.EDDSA};

    private final JwtConsumer consumer;
    private final JwtClaimRules rules;
    private final int keys;
    private final Cache<String, JwtResult> results = Caffeine.newBuilder().maximumWeight(CACHE_BYTES)
            .weigher((String token, JwtResult _) -> ENTRY_BYTES + 2 * token.length()).build();

    private JwtVerifier(List<JsonWebKey> keys, JwtClaimRules rules) {
        this.rules = rules;
        this.keys = keys.size();
        var resolver = new JwksVerificationKeyResolver(keys);
        resolver.setDisambiguateWithVerifySignature(true);
        // The time is compared for each request, so that results can be remembered.
        consumer = new JwtConsumerBuilder().setVerificationKeyResolver(resolver).setSkipAllDefaultValidators()
                .setJwsAlgorithmConstraints(ConstraintType.PERMIT, ALGORITHMS).build();
    }

    /**
     * Parses a key set.
     *
     * @param json a JSON Web Key Set; keys without a public part are ignored
     * @throws IllegalArgumentException if {@code json} is no key set, or has no or too many public keys; the message
     *     does not quote it
     */
    static JwtVerifier parse(String json, JwtClaimRules rules) {
        List<JsonWebKey> all;
        try {
            all = new JsonWebKeySet(json).getJsonWebKeys();
        } catch (JoseException | RuntimeException _) {
            throw new IllegalArgumentException("it is not a JSON Web Key Set, {\"keys\":[…]}");
        }
        List<JsonWebKey> usable = all.stream().filter(PublicJsonWebKey.class::isInstance).toList();
        if (usable.isEmpty() || usable.size() > KEYS_LIMIT) {
            throw new IllegalArgumentException("it has " + usable.size() + " public keys; 1 to " + KEYS_LIMIT
                    + " are needed, of the types RSA, EC or OKP");
        }
        return new JwtVerifier(usable, rules);
    }

    /** Returns the number of keys. */
    int keys() {
        return keys;
    }

    /** Returns whether a text has the form of a JSON Web Token: three parts in base64url. */
    static boolean isJwt(String text) {
        return text.matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");
    }

    /** Returns the result of an earlier verification; empty if it is not known any more. */
    Optional<JwtResult> known(String token) {
        return Optional.ofNullable(results.getIfPresent(token));
    }

    /** Verifies a token of up to {@link #TOKEN_LIMIT} characters. Takes about 0.1 ms for each key that it is tried with. */
    JwtResult verify(String token) {
        return results.get(token, this::verified);
    }

    private JwtResult verified(String token) {
        try {
            return genuine(token, consumer.processToClaims(token));
        } catch (InvalidJwtSignatureException _) {
            return new JwtResult.Invalid(AccessReason.BAD_SIGNATURE, "the token's signature is wrong");
        } catch (InvalidJwtException e) {
            return isUnknownKey(e)
                    ? new JwtResult.Invalid(AccessReason.UNKNOWN_SIGNER, "no known key has signed the token")
                    : malformed("the token is no JSON Web Token with a signature that is accepted here");
        } catch (MalformedClaimException _) {
            return malformed("a claim of the token has the wrong type");
        } catch (RuntimeException _) { // the library does not declare all that a peer's text can cause
            return malformed("the token cannot be read");
        }
    }

    private static boolean isUnknownKey(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof UnresolvableKeyException) {
                return true;
            }
        }
        return false;
    }

    private JwtResult genuine(String token, JwtClaims claims) throws MalformedClaimException {
        if (claims.getExpirationTime() == null) {
            return malformed("the token has no exp");
        }
        if (rules.issuer() != null && !texts(claims, "iss").equals(List.of(rules.issuer()))) {
            return new JwtResult.Invalid(AccessReason.OTHER_AUDIENCE, "the token is of another issuer");
        }
        if (rules.audience() != null && !texts(claims, "aud").contains(rules.audience())) {
            return new JwtResult.Invalid(AccessReason.OTHER_AUDIENCE, "the token is for another audience");
        }
        List<String> patterns = texts(claims, "streams");
        if (patterns.isEmpty() || patterns.size() > PATTERNS_LIMIT) {
            return malformed("the token's claim streams must name 1 to " + PATTERNS_LIMIT + " streams");
        }
        Set<Action> actions = EnumSet.noneOf(Action.class);
        if (claims.hasClaim("actions")) {
            List<String> named = texts(claims, "actions");
            for (Action action : Action.values()) {
                if (named.contains(action.label())) {
                    actions.add(action);
                }
            }
        } else {
            actions.add(Action.PLAY);
        }
        long notBeforeS = claims.getNotBefore() == null ? 0 : claims.getNotBefore().getValue();
        return new JwtResult.Genuine(notBeforeS, patterns.stream().map(StreamPattern::new).toList(), actions,
                ViewerSession.ofToken(signed(token), claims.getExpirationTime().getValue())
                        .of(claims.isClaimValueString("sub") ? claims.getSubject() : null));
    }

    /**
     * Returns what a token's signature covers. The signature has several forms: anyone can make another one from an
     * ECDSA signature, and base64url ignores some bits at its end.
     */
    private static String signed(String token) {
        return token.substring(0, token.lastIndexOf('.'));
    }

    /** Returns a claim that is a text or a list of texts. */
    private static List<String> texts(JwtClaims claims, String name) throws MalformedClaimException {
        if (!claims.hasClaim(name)) {
            return List.of();
        }
        return claims.isClaimValueString(name)
                ? List.of(claims.getStringClaimValue(name))
                : new ArrayList<>(claims.getStringListClaimValue(name));
    }

    private static JwtResult malformed(String description) {
        return new JwtResult.Invalid(AccessReason.MALFORMED, description);
    }
}
