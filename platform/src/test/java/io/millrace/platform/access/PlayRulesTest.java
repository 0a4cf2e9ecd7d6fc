package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest.Action;
import io.millrace.platform.net.Networks;
import java.net.InetAddress;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The credentials of viewers except JSON Web Tokens. */
class PlayRulesTest {
    private static final StreamName SHOW = new StreamName("live/show");
    private static final long NOW_S = 1_767_225_600;
    private static final String SECRET = "0123456789abcdef";
    private static final String VIEWER = "192.0.2.7";

    private final SigningSecrets secrets = SigningSecrets.parse(SECRET);
    private final StreamKeys keys = StreamKeys.parse("s3cret-of-the-show: live/show\nother-key-of-talk: live/talk");
    private final CredentialRules byToken = play(null, secrets);
    private final CredentialRules byKey = play(keys, null);
    private final CredentialRules byEither = play(keys, secrets);

    /** printf 'play:live/show:1767225601:s' | openssl dgst -sha256 -hmac 0123456789abcdef, and so on */
    @ParameterizedTest
    @CsvSource({"live/show, false, , 1767225601-s-c304190093144ee544ba3ca72ec1d77ae6154fb3defd925b1e779d2701c0e57c",
        "live, true, , 1767225601-p1-82a21a3508a292112adbff42b05de1def298f5b4cab5ad94f036c6c7803f6c7d",
        "live/show, false, 192.0.2.7, 1767225601-sa-43529bc991f93e9c9d6b3305676f6f137fa397c1c5fcbb9991b8b043ca240722",
        "live/a, true, 2001:db8::1, 1767225601-p2a-a8a820788ca18594aab7b0851be97b37b7875ea5165b8191a884be45fe2d5648"})
    void signsLikeOpenssl(String name, boolean isPrefix, String address, String token) {
        assertThat(PlayToken.create(secrets, name, isPrefix, NOW_S + 1,
                address == null ? null : InetAddress.ofLiteral(address))).isEqualTo(token).hasSizeLessThan(90);
    }

    @Test
    void tokenIsForOneStreamUntilItExpires() {
        String token = token("live/show", false, null);
        assertThat(decide(byToken, "live/show", "token=" + token)).isEqualTo(allowed(token));
        assertThat(decide(byEither, "live/show", "a=b&token=" + token + "&key=x")).isEqualTo(allowed(token));
        assertThat(byToken.decide(SHOW, QueryString.parse("token=" + token), VIEWER, NOW_S + 60))
                .isEqualTo(new AccessDecision.Refused(AccessReason.EXPIRED, "the token has expired"));
        assertRefused("live/talk", "token=" + token, AccessReason.BAD_SIGNATURE);
        assertRefused("live/show/more", "token=" + token, AccessReason.BAD_SIGNATURE);
    }

    /** Otherwise a viewer could write its token in another form after a kick. */
    @Test
    void formOfTokenDoesNotChangeSession() {
        String token = token("live/show", false, null);
        assertThat(decide(byToken, "live/show", "token=000" + token)).isEqualTo(allowed(token));
        assertThat(decide(byToken, "live/show", "a=1&token=" + token)).isEqualTo(allowed(token));
        AccessDecision other = decide(byToken, "live/show", "token=" + token("live", true, null));
        assertThat(other).isInstanceOf(AccessDecision.Allowed.class).isNotEqualTo(allowed(token));
        assertRefused("live/show", "token=" + token.toUpperCase(Locale.ROOT), AccessReason.MALFORMED);
    }

    @Test
    void prefixIsForStreamsBelowIt() {
        String one = "token=" + token("live", true, null);
        String two = "token=" + token("live/a", true, null);
        assertThat(decide(byToken, "live/show", one)).isEqualTo(allowed(one));
        assertThat(byToken.decide(new StreamName("live/a/b"), QueryString.parse(two), VIEWER, NOW_S))
                .isInstanceOf(AccessDecision.Allowed.class);
        assertRefused("live/a", two, AccessReason.BAD_SIGNATURE);
        assertRefused("live/ab/c", two, AccessReason.BAD_SIGNATURE);
        assertRefused("live2/show", one, AccessReason.BAD_SIGNATURE);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7, 192.0.2.7, true", "192.0.2.7, 192.0.2.8, false", "192.0.2.7, '', false",
        "2001:db8:1:2::7, 2001:db8:1:2:ffff::1, true", "2001:db8:1:2::7, 2001:db8:1:3::7, false",
        "192.0.2.7, 2001:db8::1, false"})
    void addressBindsToken(String bound, String viewer, boolean allowed) {
        String token = token("live/show", false, bound);
        AccessDecision decision = byToken.decide(SHOW, QueryString.parse("token=" + token), viewer, NOW_S);
        assertThat(decision).isEqualTo(allowed
                ? allowed(token)
                : new AccessDecision.Refused(AccessReason.BAD_SIGNATURE,
                        "the token is not for this stream, time and address"));
    }

    @Test
    void eachPartOfTokenIsSigned() {
        String token = token("live/show", false, null);
        for (String forged : new String[]{token.replaceFirst("^\\d", "9"), token.replace("-s-", "-sa-"),
            token.replace("-s-", "-p1-"), token("live", true, null).replace("-p1-", "-s-"),
            token.substring(0, token.length() - 1) + (token.endsWith("0") ? '1' : '0')}) {
            assertRefused("live/show", "token=" + forged, AccessReason.BAD_SIGNATURE);
        }
        String publish = PublishSignature.query(secrets, SHOW, NOW_S + 60);
        assertRefused("live/show", "token=" + (NOW_S + 60) + "-s-" + publish.substring(publish.length() - 64),
                AccessReason.BAD_SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1767225660-s-0f3a", "1767225660-p0-", "-s-", "1767225660-q-", "%00",
        "eyJhbGciOiJub25lIn0.e30.", "99999999999999999999-s-"})
    void refusesOtherTexts(String token) {
        String text = token.endsWith("-") ? token + "0".repeat(64) : token;
        assertRefused("live/show", "token=" + text, AccessReason.MALFORMED);
    }

    @Test
    void refusesLongToken() {
        assertThat(decide(byToken, "live/show", "token=" + "x".repeat(JwtVerifier.TOKEN_LIMIT + 1)))
                .isEqualTo(new AccessDecision.Refused(AccessReason.MALFORMED,
                        "the token is longer than 4096 characters"));
    }

    @Test
    void saysWhatIsNeeded() {
        assertThat(decide(byToken, "live/show", "key=x")).isEqualTo(new AccessDecision.Refused(
                AccessReason.NO_CREDENTIALS, "this stream needs a token (?token=…)"));
        assertThat(decide(byKey, "live/show", "token=x")).isEqualTo(new AccessDecision.Refused(
                AccessReason.NO_CREDENTIALS, "this stream needs a key (?key=…)"));
        assertRefused("live/show", PublishSignature.query(secrets, SHOW, NOW_S + 60).substring(1),
                AccessReason.NO_CREDENTIALS);
    }

    @Test
    void keysOfViewers() {
        for (CredentialRules rules : new CredentialRules[]{byKey, byEither}) {
            assertThat(decide(rules, "live/show", "key=s3cret-of-the-show"))
                    .isEqualTo(new AccessDecision.Allowed(SHOW));
            assertThat(decide(rules, "live/s3cret-of-the-show", "")).isEqualTo(new AccessDecision.Allowed(SHOW));
            assertReason(decide(rules, "live/show", "key=other-key-of-talk"), AccessReason.OTHER_STREAM);
            assertReason(decide(rules, "live/show", "key=guess"), AccessReason.UNKNOWN_KEY);
        }
    }

    @ParameterizedTest
    @CsvSource({"off, off, 192.0.2.7, true", "192.0.2.0/24, off, 192.0.2.7, true",
        "192.0.2.0/24, off, 198.51.100.1, false",
        "off, 192.0.2.7, 192.0.2.7, false", "192.0.2.0/24, 192.0.2.7, 192.0.2.7, false",
        "off, 192.0.2.7, 192.0.2.8, true",
        "192.0.2.0/24, off, '', false", "off, 192.0.2.7, '', true"})
    void addressesAdmit(String allow, String deny, String viewer, boolean admitted) {
        assertThat(new AddressRules(Networks.parse(allow), Networks.parse(deny)).admits(viewer)).isEqualTo(admitted);
    }

    @ParameterizedTest
    @CsvSource({"live/show, live/show, true", "live/show, live/show2, false", "live/*, live/show, true",
        "live/*, live/a/b, false", "live/**, live/a/b, true", "live/**, live2/a, false", "**, live/show, true",
        "*/show, live/show, true", "*/show, live/talk, false", "live/sh*, live/show, false", "live, live/show, false",
        "'', live/show, false", "live/show/**, live/show, false"})
    void patternsMatchWholeSegments(String pattern, String stream, boolean matches) {
        assertThat(new StreamPattern(pattern).matches(new StreamName(stream))).isEqualTo(matches);
    }

    private static CredentialRules play(StreamKeys keys, SigningSecrets secrets) {
        return new CredentialRules(Action.PLAY, keys, secrets, false);
    }

    private String token(String name, boolean isPrefix, String address) {
        return PlayToken.create(secrets, name, isPrefix, NOW_S + 60,
                address == null ? null : InetAddress.ofLiteral(address));
    }

    private static AccessDecision allowed(String token) {
        return new AccessDecision.Allowed(SHOW,
                ViewerSession.ofToken(token.substring(token.lastIndexOf('-') + 1), NOW_S + 60));
    }

    private static AccessDecision decide(CredentialRules rules, String asked, String query) {
        return rules.decide(new StreamName(asked), QueryString.parse(query), VIEWER, NOW_S);
    }

    private void assertRefused(String asked, String query, AccessReason reason) {
        assertReason(decide(byToken, asked, query), reason);
    }

    private static void assertReason(AccessDecision decision, AccessReason reason) {
        assertThat(decision).isInstanceOfSatisfying(AccessDecision.Refused.class,
                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
