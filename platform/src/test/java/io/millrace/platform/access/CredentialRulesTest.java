package io.millrace.platform.access;

import io.millrace.media.StreamName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CredentialRulesTest {
    private static final StreamName SHOW = new StreamName("live/show");
    private static final long NOW_S = 1_767_225_600;
    private static final String SECRET = "0123456789abcdef";

    private final StreamKeys keys = StreamKeys.parse("""
            # who streams
            s3cret-of-the-show: live/show
            "s3cret-of-the-talk" = "live/talk"
            """);
    private final SigningSecrets secrets = SigningSecrets.parse(SECRET + "\n");
    private final CredentialRules byKey = publish(keys, null);
    private final CredentialRules bySignature = publish(null, secrets);
    private final CredentialRules byEither = publish(keys, secrets);

    @Test
    void allowsEverythingByDefault() {
        assertThat(decide(publish(null, null), "live/show", "sign=x&key=y"))
                .isEqualTo(new AccessDecision.Allowed(SHOW));
    }

    @ParameterizedTest
    @CsvSource({"live/s3cret-of-the-show, ''", "other/app/s3cret-of-the-show, token=x",
        "live/show, key=s3cret-of-the-show", "live/show, a=b&key=s3cret-of-the-show&key=z"})
    void keyDeterminesPublicName(String asked, String query) {
        assertThat(decide(byKey, asked, query)).isEqualTo(new AccessDecision.Allowed(SHOW));
        assertThat(decide(byEither, asked, query)).isEqualTo(new AccessDecision.Allowed(SHOW));
    }

    @ParameterizedTest
    @CsvSource({"live/show, '', UNKNOWN_KEY", "live/s3cret-of-the-sho, '', UNKNOWN_KEY", "live/show, key=, UNKNOWN_KEY",
        "live/show, key=s3cret-of-the-shoe, UNKNOWN_KEY", "live/show, key=s3cret-of-the-talk, OTHER_STREAM",
        "live/s3cret-of-the-show, key=x, UNKNOWN_KEY", "live/show, sign=x&expires=1, UNKNOWN_KEY"})
    void refusesWithoutKey(String asked, String query, AccessReason reason) {
        assertRefused(decide(byKey, asked, query), reason);
    }

    @Test
    void refusalDoesNotContainKey() {
        assertThat(decide(byKey, "live/s3cret-with-a-typo", "key=s3cret2").toString()).doesNotContain("s3cret");
    }

    @Test
    void signatureExpires() {
        String query = PublishSignature.query(secrets, SHOW, NOW_S + 1).substring(1);
        assertThat(decide(bySignature, "live/show", query)).isEqualTo(new AccessDecision.Allowed(SHOW, NOW_S + 1));
        assertThat(decide(byEither, "live/show", query + "&a=b"))
                .isEqualTo(new AccessDecision.Allowed(SHOW, NOW_S + 1));
        assertRefused(bySignature.decide(SHOW, QueryString.parse(query), "", NOW_S + 1), AccessReason.EXPIRED);
    }

    /** printf 'publish:live/show:1767225601' | openssl dgst -sha256 -hmac 0123456789abcdef */
    @Test
    void signsLikeOpenssl() {
        assertThat(PublishSignature.query(secrets, SHOW, 1_767_225_601))
                .isEqualTo("?expires=1767225601&sign=323904846c59a00e172ab9920c1a042fc3be3bb0254f36bb61da706b6dbb9b36")
                .hasSizeLessThan(200);
    }

    @Test
    void signatureIsForOneStreamAndTime() {
        String query = PublishSignature.query(secrets, SHOW, NOW_S + 60).substring(1);
        assertRefused(decide(bySignature, "live/talk", query), AccessReason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", query.replaceFirst("expires=\\d", "expires=9")),
                AccessReason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", query.replaceFirst("expires=", "expires=%2B")),
                AccessReason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", query + "0"), AccessReason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", query.replaceFirst(".$", "")), AccessReason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", "sign=&expires=" + (NOW_S + 60)), AccessReason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", query.replaceFirst("expires=\\d+&", "")),
                AccessReason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", ""), AccessReason.NO_CREDENTIALS);
        assertRefused(decide(byEither, "live/show", ""), AccessReason.NO_CREDENTIALS);
    }

    /** An operator's script may sign with the right secret and still write the time wrongly. */
    @ParameterizedTest
    @ValueSource(strings = {"tomorrow", "", "1767225601.5", "-1", "99999999999999999999"})
    void signedTextMustBeTime(String expires) {
        String query = "expires=" + expires + "&sign=" + secrets.sign(PublishSignature.text(SHOW, expires));
        assertRefused(decide(bySignature, "live/show", query), AccessReason.BAD_SIGNATURE);
    }

    @Test
    void acceptsOldSecretDuringRotation() {
        String old = PublishSignature.query(secrets, SHOW, NOW_S + 60).substring(1);
        SigningSecrets both = SigningSecrets.parse("another secret of its own\n\n  " + SECRET + "  \n");
        assertThat(decide(publish(null, both), "live/show", old))
                .isEqualTo(new AccessDecision.Allowed(SHOW, NOW_S + 60));
        String fresh = PublishSignature.query(both, SHOW, NOW_S + 60).substring(1);
        assertThat(decide(publish(null, both), "live/show", fresh))
                .isEqualTo(new AccessDecision.Allowed(SHOW, NOW_S + 60));
        assertRefused(decide(bySignature, "live/show", fresh), AccessReason.BAD_SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n \n", "0123456789abcde", "0123456789abcdef\nshort"})
    void secretHasAtLeastSixteenCharacters(String text) {
        assertThatThrownBy(() -> SigningSecrets.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16 characters or more").hasMessageNotContaining("0123");
    }

    @ParameterizedTest
    @CsvSource({"k1: live/show|k2 live/talk, line 2 is not 'KEY: application/stream'", "|k€y: live/show, line 2 is not",
        "# x|key: show, line 2 does not name a stream",
        "key: live/show|key = live/talk, line 2 has a key that an earlier"})
    void errorsInKeyFilesQuoteNothing(String lines, String complaint) {
        assertThatThrownBy(() -> StreamKeys.parse(lines.replace('|', '\n')))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(complaint)
                .hasMessageNotContaining("k2").hasMessageNotContaining("talk");
    }

    @Test
    void countsShortKeys() {
        assertThat(StreamKeys.parse("0123456789abcde: live/a\n0123456789abcdef: live/b").shortKeys()).isEqualTo(1);
        assertThat(StreamKeys.parse("").size()).isZero();
    }

    private static CredentialRules publish(StreamKeys keys, SigningSecrets secrets) {
        return new CredentialRules(AccessRequest.Action.PUBLISH, keys, secrets, false);
    }

    private static AccessDecision decide(CredentialRules policy, String asked, String query) {
        return policy.decide(new StreamName(asked), QueryString.parse(query), "192.0.2.7", NOW_S);
    }

    private static void assertRefused(AccessDecision decision, AccessReason reason) {
        assertThat(decision).isInstanceOfSatisfying(AccessDecision.Refused.class,
                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
