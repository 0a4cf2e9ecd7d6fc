package io.millrace.platform.access;

import io.millrace.platform.access.Decision.Reason;
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
    private final CredentialRules byKey = new CredentialRules(keys, null);
    private final CredentialRules bySignature = new CredentialRules(null, secrets);
    private final CredentialRules byEither = new CredentialRules(keys, secrets);

    @Test
    void allowsEverythingByDefault() {
        assertThat(decide(new CredentialRules(null, null), "live/show", "sign=x&key=y"))
                .isEqualTo(new Decision.Allowed(SHOW));
    }

    @ParameterizedTest
    @CsvSource({"live/s3cret-of-the-show, ''", "other/app/s3cret-of-the-show, token=x",
        "live/show, key=s3cret-of-the-show", "live/show, a=b&key=s3cret-of-the-show&key=z"})
    void keyDeterminesPublicName(String asked, String query) {
        assertThat(decide(byKey, asked, query)).isEqualTo(new Decision.Allowed(SHOW));
        assertThat(decide(byEither, asked, query)).isEqualTo(new Decision.Allowed(SHOW));
    }

    @ParameterizedTest
    @CsvSource({"live/show, '', UNKNOWN_KEY", "live/s3cret-of-the-sho, '', UNKNOWN_KEY", "live/show, key=, UNKNOWN_KEY",
        "live/show, key=s3cret-of-the-shoe, UNKNOWN_KEY", "live/show, key=s3cret-of-the-talk, OTHER_STREAM",
        "live/s3cret-of-the-show, key=x, UNKNOWN_KEY", "live/show, sign=x&expires=1, UNKNOWN_KEY"})
    void refusesWithoutKey(String asked, String query, Reason reason) {
        assertRefused(decide(byKey, asked, query), reason);
    }

    @Test
    void refusalDoesNotContainKey() {
        assertThat(decide(byKey, "live/s3cret-with-a-typo", "key=s3cret2").toString()).doesNotContain("s3cret");
    }

    @Test
    void signatureExpires() {
        String query = secrets.query(SHOW, NOW_S + 1).substring(1);
        assertThat(decide(bySignature, "live/show", query)).isEqualTo(new Decision.Allowed(SHOW));
        assertThat(decide(byEither, "live/show", query + "&a=b")).isEqualTo(new Decision.Allowed(SHOW));
        assertRefused(bySignature.decide(SHOW, QueryString.parse(query), NOW_S + 1), Reason.EXPIRED);
    }

    /** printf 'publish:live/show:1767225601' | openssl dgst -sha256 -hmac 0123456789abcdef */
    @Test
    void signsLikeOpenssl() {
        assertThat(secrets.query(SHOW, 1_767_225_601))
                .isEqualTo("?expires=1767225601&sign=323904846c59a00e172ab9920c1a042fc3be3bb0254f36bb61da706b6dbb9b36")
                .hasSizeLessThan(200);
    }

    @Test
    void signatureIsForOneStreamAndTime() {
        String query = secrets.query(SHOW, NOW_S + 60).substring(1);
        assertRefused(decide(bySignature, "live/talk", query), Reason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", query.replaceFirst("expires=\\d", "expires=9")),
                Reason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", query.replaceFirst("expires=", "expires=%2B")),
                Reason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", query + "0"), Reason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", query.replaceFirst(".$", "")), Reason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", "sign=&expires=" + (NOW_S + 60)), Reason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", query.replaceFirst("expires=\\d+&", "")), Reason.BAD_SIGNATURE);
        assertRefused(decide(bySignature, "live/show", ""), Reason.NO_CREDENTIALS);
        assertRefused(decide(byEither, "live/show", ""), Reason.NO_CREDENTIALS);
    }

    /** An operator's script may sign with the right secret and still write the time wrongly. */
    @ParameterizedTest
    @ValueSource(strings = {"tomorrow", "", "1767225601.5", "-1", "99999999999999999999"})
    void signedTextMustBeTime(String expires) {
        String query = "expires=" + expires + "&sign=" + secrets.sign(SHOW, expires);
        assertRefused(decide(bySignature, "live/show", query), Reason.BAD_SIGNATURE);
    }

    @Test
    void acceptsOldSecretDuringRotation() {
        String old = secrets.query(SHOW, NOW_S + 60).substring(1);
        SigningSecrets both = SigningSecrets.parse("another secret of its own\n\n  " + SECRET + "  \n");
        assertThat(decide(new CredentialRules(null, both), "live/show", old)).isEqualTo(new Decision.Allowed(SHOW));
        String fresh = both.query(SHOW, NOW_S + 60).substring(1);
        assertThat(decide(new CredentialRules(null, both), "live/show", fresh)).isEqualTo(new Decision.Allowed(SHOW));
        assertRefused(decide(bySignature, "live/show", fresh), Reason.BAD_SIGNATURE);
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

    private static Decision decide(CredentialRules policy, String asked, String query) {
        return policy.decide(new StreamName(asked), QueryString.parse(query), NOW_S);
    }

    private static void assertRefused(Decision decision, Reason reason) {
        assertThat(decision).isInstanceOfSatisfying(Decision.Refused.class,
                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
