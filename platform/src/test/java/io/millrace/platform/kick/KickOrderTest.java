package io.millrace.platform.kick;

import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.log.Kick;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class KickOrderTest {
    private static final long NOW_MS = 1_767_225_600_000L;
    private static final String HASH = "9f86d081884c7d659a2feaa0c55ad015";

    @Test
    void viewerIsRefusedUntilItsTokenExpires() {
        assertThat(untilMs(null, HASH + "-1767229200")).isEqualTo(1_767_229_200_000L);
        assertThat(untilMs("60", HASH + "-1767229200")).isEqualTo(NOW_MS + 60_000);
        assertThat(untilMs("7200", HASH + "-1767229200")).as("the token is useless afterwards")
                .isEqualTo(1_767_229_200_000L);
    }

    @Test
    void viewerWithoutTokenIsRefusedForMinute() {
        assertThat(untilMs(null, HASH)).isEqualTo(NOW_MS + 60_000);
        assertThat(untilMs("7200", HASH)).isEqualTo(NOW_MS + 7_200_000);
    }

    @Test
    void noKickIsLongerThanItsRecordIsRetained() {
        assertThat(untilMs(null, HASH + "-9999999999")).isEqualTo(NOW_MS + Kick.LIMIT_MS);
        assertThat(untilMs("2592000", HASH)).isEqualTo(NOW_MS + Kick.LIMIT_MS);
    }

    @Test
    void publisherMayReturnAtOnceUnlessTheOperatorSaysOtherwise() {
        assertThat(KickOrder.parse(Map.of()).publisher("live/show", NOW_MS).isInForce(NOW_MS)).isFalse();
        Kick kick = KickOrder.parse(Map.of("seconds", "60", "reason", "by mistake")).publisher("live/show", NOW_MS);
        assertThat(kick.untilMs()).isEqualTo(NOW_MS + 60_000);
        assertThat(kick.reason()).isEqualTo("by mistake");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "x", "1.5", "01", "2592001", "99999999999999999999"})
    void refusesOtherSeconds(String seconds) {
        assertThatIllegalArgumentException().isThrownBy(() -> KickOrder.parse(Map.of("seconds", seconds)))
                .withMessage("seconds must be 1 to 2592000");
    }

    @Test
    void refusesLongReason() {
        assertThat(KickOrder.parse(Map.of("reason", "x".repeat(500))).reason()).hasSize(500);
        assertThatIllegalArgumentException().isThrownBy(() -> KickOrder.parse(Map.of("reason", "x".repeat(501))));
    }

    /** A node that was away must not disconnect those who have come since. */
    @Test
    void oldKicksDisconnectOnlyWhoIsRefused() {
        var order = new KickOrder(null, "");
        for (Kick kick : new Kick[]{order.publisher("live/show", NOW_MS), order.viewers("live/show", null, NOW_MS)}) {
            assertThat(kick.disconnects(NOW_MS + Kick.NEWS_MS - 1)).isTrue();
            assertThat(kick.disconnects(NOW_MS + Kick.NEWS_MS)).isFalse();
        }
        Kick viewer = new KickOrder(3_600L, "").viewer("live/show", ViewerSession.parse(HASH).orElseThrow(), NOW_MS);
        assertThat(viewer.disconnects(NOW_MS + 3_599_999)).isTrue();
        assertThat(viewer.disconnects(NOW_MS + 3_600_000)).isFalse();
    }

    @Test
    void keyIsReadBack() {
        for (String text : new String[]{"live/show#VIEWER-" + HASH + "-1767229200", "live/show#VIEWERS-flv",
            "live/show#VIEWERS-", "live/show#PUBLISHER-"}) {
            assertThat(Kick.Key.parse(text).map(Kick.Key::toString)).contains(text);
        }
        for (String text : new String[]{null, "", "live/show", "live/show#17", "live/show#OTHER-"}) {
            assertThat(Kick.Key.parse(text)).isEmpty();
        }
    }

    private static long untilMs(String seconds, String session) {
        return KickOrder.parse(seconds == null ? Map.of() : Map.of("seconds", seconds))
                .viewer("live/show", ViewerSession.parse(session).orElseThrow(), NOW_MS).untilMs();
    }

    /** It is a part of a log line. */
    @Test
    void reasonIsOneLine() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KickOrder.parse(Map.of("reason", "music\nlive/show: ends")))
                .withMessage("reason must be one line without control characters");
    }
}
