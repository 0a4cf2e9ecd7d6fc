package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest.Action;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OctJwkGenerator;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JwtVerifierTest {
    private static final StreamName SHOW = new StreamName("live/show");
    private static final long NOW_S = 1_767_225_600;
    private static final PublicJsonWebKey EC = key("ES256");
    private static final PublicJsonWebKey RSA = key("RS256");

    private final JwtVerifier verifier = JwtVerifier.parse(set(EC), JwtClaimRules.ANY);

    private static PublicJsonWebKey key(String algorithm) {
        try {
            PublicJsonWebKey key = switch (algorithm) {
                case "ES256" -> EcJwkGenerator.generateJwk(EllipticCurves.P256);
                case "EdDSA" -> OkpJwkGenerator.generateJwk("Ed25519");
                default -> RsaJwkGenerator.generateJwk(2048);
            };
            key.setKeyId(algorithm);
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String set(JsonWebKey... keys) {
        return new JsonWebKeySet(keys).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
    }

    private static JwtClaims claims(Map<String, Object> claims) {
        var all = new JwtClaims();
        all.setExpirationTime(NumericDate.fromSeconds(NOW_S + 60));
        all.setClaim("streams", List.of("live/*"));
        claims.forEach((name, value) -> {
            if (value.equals("")) {
                all.unsetClaim(name);
            } else {
                all.setClaim(name, value);
            }
        });
        return all;
    }

    private static String token(PublicJsonWebKey key, String algorithm, JwtClaims claims) throws JoseException {
        var signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(key.getPrivateKey());
        signature.setKeyIdHeaderValue(key.getKeyId());
        signature.setAlgorithmHeaderValue(algorithm);
        return signature.getCompactSerialization();
    }

    private AccessDecision decide(Map<String, Object> claims, Action action, long nowS) throws JoseException {
        return switch (verifier.verify(token(EC, "ES256", claims(claims)))) {
            case JwtResult.Genuine genuine -> genuine.decide(action, SHOW, nowS);
            case JwtResult.Invalid(AccessReason reason, String why) -> new AccessDecision.Refused(reason, why);
        };
    }

    private static void assertRefused(AccessDecision decision, AccessReason reason) {
        assertThat(decision).isInstanceOfSatisfying(AccessDecision.Refused.class,
                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "PS256", "ES256", "EdDSA"})
    void verifiesPublicKeyAlgorithms(String algorithm) throws JoseException {
        PublicJsonWebKey key = switch (algorithm) {
            case "RS256", "PS256" -> RSA;
            default -> key(algorithm);
        };
        String token = token(key, algorithm, claims(Map.of()));
        assertThat(JwtVerifier.isJwt(token)).isTrue();
        assertThat(JwtVerifier.parse(set(EC, key), JwtClaimRules.ANY).verify(token))
                .isInstanceOf(JwtResult.Genuine.class);
    }

    @Test
    void decidesByClaims() throws JoseException {
        assertThat(decide(Map.of(), Action.PLAY, NOW_S)).isInstanceOfSatisfying(AccessDecision.Allowed.class,
                allowed -> assertThat(allowed.untilS()).isEqualTo(NOW_S + 60));
        assertThat(decide(Map.of("streams", "live/show", "actions", "play"), Action.PLAY, NOW_S))
                .isInstanceOf(AccessDecision.Allowed.class);
        assertThat(decide(Map.of("actions", List.of("publish", "play")), Action.PUBLISH, NOW_S))
                .isInstanceOf(AccessDecision.Allowed.class);
        assertRefused(decide(Map.of(), Action.PUBLISH, NOW_S), AccessReason.OTHER_ACTION);
        assertRefused(decide(Map.of("actions", List.of()), Action.PLAY, NOW_S), AccessReason.OTHER_ACTION);
        assertRefused(decide(Map.of("streams", List.of("vod/**")), Action.PLAY, NOW_S), AccessReason.OTHER_STREAM);
        assertRefused(decide(Map.of(), Action.PLAY, NOW_S + 60), AccessReason.EXPIRED);
        assertRefused(decide(Map.of("nbf", NOW_S + 6), Action.PLAY, NOW_S), AccessReason.NOT_YET_VALID);
        assertThat(decide(Map.of("nbf", NOW_S + 5), Action.PLAY, NOW_S)).as("a clock that is a little ahead")
                .isInstanceOf(AccessDecision.Allowed.class);
    }

    /** Anyone can make another valid signature from one of ECDSA, and so keep a token after a kick. */
    @Test
    void signatureDoesNotChangeSession() throws JoseException {
        String one = token(EC, "ES256", claims(Map.of()));
        String same = token(EC, "ES256", claims(Map.of()));
        String other = token(EC, "ES256", claims(Map.of("sub", "2")));
        assertThat(same).isNotEqualTo(one);
        assertThat(session(same)).isEqualTo(session(one));
        assertThat(session(other)).isNotEqualTo(session(one));
    }

    @Test
    void subjectIsThatOfTheToken() throws JoseException {
        ViewerSession session = session(token(EC, "ES256", claims(Map.of("sub", "user 7"))));
        assertThat(session.subject()).isEqualTo(ViewerSession.ofSubject("user 7")).matches("[0-9a-f]{32}");
        assertThat(ViewerSession.parse(session.toString())).as("not part of the identity").contains(session);
        assertThat(session(token(EC, "ES256", claims(Map.of()))).subject()).isNull();
        assertThat(session(token(EC, "ES256", claims(Map.of("sub", 7)))).subject()).isNull();
    }

    private ViewerSession session(String token) {
        return ((JwtResult.Genuine) verifier.verify(token)).session();
    }

    @Test
    void requiresIssuerAndAudience() throws JoseException {
        JwtVerifier strict = JwtVerifier.parse(set(EC), new JwtClaimRules("shop", "millrace"));
        for (Object audience : List.of("millrace", List.of("other", "millrace"))) {
            assertThat(strict.verify(token(EC, "ES256", claims(Map.of("iss", "shop", "aud", audience)))))
                    .isInstanceOf(JwtResult.Genuine.class);
        }
        for (Map<String, Object> other : List.<Map<String, Object>>of(Map.of(), Map.of("iss", "shop"),
                Map.of("aud", "millrace"), Map.of("iss", "shop2", "aud", "millrace"),
                Map.of("iss", "shop", "aud", "mill"), Map.of("iss", "shop", "aud", List.of()))) {
            assertThat(strict.verify(token(EC, "ES256", claims(other)))).as("%s", other)
                    .isInstanceOfSatisfying(JwtResult.Invalid.class,
                            invalid -> assertThat(invalid.reason()).isEqualTo(AccessReason.OTHER_AUDIENCE));
        }
        assertThat(strict.verify(token(EC, "ES256", claims(Map.of("iss", 1, "aud", "millrace")))))
                .isInstanceOf(JwtResult.Invalid.class);
    }

    @Test
    void requiresClaims() throws JoseException {
        assertRefused(decide(Map.of("exp", ""), Action.PLAY, NOW_S), AccessReason.MALFORMED);
        assertRefused(decide(Map.of("exp", "tomorrow"), Action.PLAY, NOW_S), AccessReason.MALFORMED);
        assertRefused(decide(Map.of("streams", ""), Action.PLAY, NOW_S), AccessReason.MALFORMED);
        assertRefused(decide(Map.of("streams", List.of()), Action.PLAY, NOW_S), AccessReason.MALFORMED);
        assertRefused(decide(Map.of("streams", List.of(1)), Action.PLAY, NOW_S), AccessReason.MALFORMED);
        assertRefused(decide(Map.of("streams", java.util.Collections.nCopies(101, "**")), Action.PLAY, NOW_S),
                AccessReason.MALFORMED);
    }

    @Test
    void refusesForgedTokens() throws JoseException {
        String token = token(EC, "ES256", claims(Map.of()));
        String other = token(EC, "ES256", claims(Map.of("streams", "**")));
        String mixed = token.substring(0, token.indexOf('.'))
                + other.substring(other.indexOf('.'), other.lastIndexOf('.'))
                + token.substring(token.lastIndexOf('.'));
        assertThat(verifier.verify(mixed)).isEqualTo(
                new JwtResult.Invalid(AccessReason.BAD_SIGNATURE, "the token's signature is wrong"));
        PublicJsonWebKey stranger = key("ES256");
        stranger.setKeyId("another");
        assertThat(verifier.verify(token(stranger, "ES256", claims(Map.of()))))
                .isEqualTo(new JwtResult.Invalid(AccessReason.UNKNOWN_SIGNER, "no known key has signed the token"));
        stranger.setKeyId("ES256");
        assertThat(verifier.verify(token(stranger, "ES256", claims(Map.of()))))
                .isInstanceOfSatisfying(JwtResult.Invalid.class, invalid -> assertThat(invalid.reason())
                        .isIn(AccessReason.BAD_SIGNATURE, AccessReason.UNKNOWN_SIGNER));
    }

    /** RFC 8725, 2.1 and 3.1: no signature, or one made with the public key as a shared secret. */
    @ParameterizedTest
    @ValueSource(strings = {"eyJhbGciOiJub25lIn0.eyJleHAiOjE5OTk5OTk5OTksInN0cmVhbXMiOiIqKiJ9.",
        "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE5OTk5OTk5OTksInN0cmVhbXMiOiIqKiJ9.AAAA", "e30.e30.e30", "a.b.c", "AAAA.AAAA.",
        "eyJhbGciOiJFUzI1NiIsImNyaXQiOlsieCJdLCJ4IjoxfQ.e30.AAAA"})
    void refusesOtherAlgorithmsAndTexts(String token) {
        assertThat(verifier.verify(token)).isInstanceOfSatisfying(JwtResult.Invalid.class, invalid -> {
            assertThat(invalid.reason()).isIn(AccessReason.MALFORMED, AccessReason.UNKNOWN_SIGNER,
                    AccessReason.BAD_SIGNATURE);
            assertThat(invalid.description()).doesNotContain(token);
        });
    }

    @Test
    void remembersResults() throws JoseException {
        String token = token(EC, "ES256", claims(Map.of()));
        assertThat(verifier.known(token)).isEmpty();
        JwtResult result = verifier.verify(token);
        assertThat(verifier.known(token)).containsSame(result);
        assertThat(result).isInstanceOfSatisfying(JwtResult.Genuine.class,
                genuine -> assertThat(genuine.actions()).isEqualTo(Set.of(Action.PLAY)));
    }

    @Test
    void keySetsHavePublicKeys() {
        String shared = new JsonWebKeySet(OctJwkGenerator.generateJwk(256))
                .toJson(JsonWebKey.OutputControlLevel.INCLUDE_SYMMETRIC);
        for (String json : new String[]{"", "{}", "[]", "{\"keys\":[]}", "{\"keys\":7}", shared, "{\"keys\":[{}]}"}) {
            assertThatThrownBy(() -> JwtVerifier.parse(json, JwtClaimRules.ANY)).as(json)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching("it (is not a JSON Web Key Set|has 0 public keys).*");
        }
        PublicJsonWebKey[] many = new PublicJsonWebKey[JwtVerifier.KEYS_LIMIT + 1];
        java.util.Arrays.fill(many, EC);
        assertThatThrownBy(() -> JwtVerifier.parse(set(many), JwtClaimRules.ANY))
                .hasMessageContaining("it has 21 public keys");
        assertThat(
                JwtVerifier.parse(set(java.util.Arrays.copyOf(many, JwtVerifier.KEYS_LIMIT)), JwtClaimRules.ANY).keys())
                .isEqualTo(JwtVerifier.KEYS_LIMIT);
    }
}
