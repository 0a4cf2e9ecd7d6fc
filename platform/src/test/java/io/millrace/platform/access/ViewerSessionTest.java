package io.millrace.platform.access;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ViewerSessionTest {
    /** printf 'token\nabc' | sha256sum | cut -c 1-32 */
    @Test
    void textHasHashAndExpiryOfToken() {
        ViewerSession session = ViewerSession.ofToken("abc", 1_767_225_600);
        assertThat(session).hasToString("2143b26891b2608b10fa70d11b8b42b7-1767225600");
        assertThat(ViewerSession.parse(session.toString())).contains(session);
        assertThat(session.untilMs()).isEqualTo(1_767_225_600_000L);
    }

    /** printf 'peer\n192.0.2.7\nVLC' | sha256sum | cut -c 1-32 */
    @Test
    void viewerWithoutTokenIsItsNetworkAndPlayer() {
        ViewerSession session = ViewerSession.ofPeer("192.0.2.7:51234", "VLC");
        assertThat(session).hasToString("5564840ab6b2ed6a93a70b5591dfff84");
        assertThat(ViewerSession.parse(session.toString())).contains(session);
        assertThat(session.hasToken()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7:1, VLC, true", "192.0.2.7, VLC, true", "192.0.2.8, VLC, false", "192.0.2.7, mpv, false",
        "2001:db8::1, VLC, false"})
    void portDoesNotMatter(String address, String client, boolean same) {
        assertThat(ViewerSession.ofPeer(address, client).equals(ViewerSession.ofPeer("192.0.2.7:2", "VLC")))
                .isEqualTo(same);
    }

    @Test
    void onlyTheBeginningOfLongPlayerNameCounts() {
        String name = "x".repeat(ViewerSession.CLIENT_LIMIT);
        assertThat(ViewerSession.ofPeer("192.0.2.7", name + "y")).isEqualTo(ViewerSession.ofPeer("192.0.2.7", name));
        assertThat(ViewerSession.ofPeer("192.0.2.7", name.substring(1)))
                .isNotEqualTo(ViewerSession.ofPeer("192.0.2.7", name));
    }

    @ParameterizedTest
    @CsvSource({"[2001:db8::1]:80, true", "2001:db8::2, true", "'[2001:db8:0:0:ffff::1]:80', true",
        "2001:db8:0:1::1, false"})
    void networkOfIpv6Counts(String address, boolean same) {
        assertThat(ViewerSession.ofPeer(address, "").equals(ViewerSession.ofPeer("2001:db8::ffff", "")))
                .isEqualTo(same);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2143b26891b2608b10fa70d11b8b42b", "2143b26891b2608b10fa70d11b8b42b7-",
        "2143b26891b2608b10fa70d11b8b42b7-01", "2143B26891B2608B10FA70D11B8B42B7",
        "2143b26891b2608b10fa70d11b8b42b7-1234567890123456789", "2143b26891b2608b10fa70d11b8b42b7#1"})
    void otherTextsAreNoSession(String text) {
        assertThat(ViewerSession.parse(text)).isEmpty();
    }
}
