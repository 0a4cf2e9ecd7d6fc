package io.millrace.ingest.session;

import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionNotice.State;
import org.junit.jupiter.api.Test;

import static io.millrace.platform.log.SessionNotice.State.CLAIMED;
import static io.millrace.platform.log.SessionNotice.State.ENDED;
import static io.millrace.platform.log.SessionNotice.State.LIVE;
import static org.assertj.core.api.Assertions.assertThat;

class KnownSessionsTest {
    private static final String STREAM = "live/show";

    private final KnownSessions known = new KnownSessions(30_000);

    @Test
    void refusesThirdTakeoverWithinWindow() {
        receive(1, LIVE, 0);
        assertThat(known.flaps(STREAM, 0)).isFalse();
        receive(2, LIVE, 1_000);
        assertThat(known.flaps(STREAM, 1_000)).isFalse();
        receive(1, ENDED, 1_001);
        receive(3, LIVE, 5_000);
        receive(2, ENDED, 5_001);
        assertThat(known.flaps(STREAM, 5_001)).isTrue();
        assertThat(known.flaps(STREAM, 30_999)).isTrue();
        assertThat(known.flaps(STREAM, 31_000)).isFalse();
    }

    /** A node whose clock is ten minutes ahead announced the takeovers. */
    @Test
    void clocksOfOtherNodesDoNotCount() {
        for (int session = 1; session <= 3; session++) {
            known.onNotice(
                    new SessionNotice(STREAM, session, LIVE, new Encoder("n", "", "127.0.0.1:" + session), 600_000,
                            600_000, 30_000, 2),
                    false, session);
        }
        assertThat(known.flaps(STREAM, 4)).isTrue();
        assertThat(known.flaps(STREAM, 30_001)).isTrue();
        assertThat(known.flaps(STREAM, 30_002)).isFalse();
    }

    /** A node that has just started does not know when they were. */
    @Test
    void takeoversOfThePastDoNotCount() {
        for (int session = 1; session <= 3; session++) {
            known.onNotice(
                    new SessionNotice(STREAM, session, LIVE, new Encoder("n", "", "127.0.0.1:" + session), 0, 0, 30_000,
                            2),
                    true, 0);
        }
        assertThat(known.flaps(STREAM, 1)).isFalse();
    }

    @Test
    void returnAfterEndIsNoTakeover() {
        for (int session = 1; session < 10; session++) {
            receive(session, CLAIMED, session * 100L);
            receive(session, LIVE, session * 100L + 1);
            assertThat(known.flaps(STREAM, session * 100L + 2)).isFalse();
            receive(session, ENDED, session * 100L + 50);
        }
    }

    @Test
    void heartbeatsAreNoTakeovers() {
        receive(1, LIVE, 0);
        receive(2, LIVE, 1);
        receive(2, LIVE, 2);
        receive(2, LIVE, 3);
        assertThat(known.flaps(STREAM, 4)).isFalse();
    }

    /** Because its tracks have changed. */
    @Test
    void sessionsOfSameConnectionAreNoTakeovers() {
        for (int session = 1; session < 5; session++) {
            receive(session, LIVE, session * 1_000L, "127.0.0.1:1");
        }
        assertThat(known.flaps(STREAM, 5_000)).isFalse();
    }

    @Test
    void allowsAnyoneIfNothingIsLive() {
        receive(1, LIVE, 0);
        receive(2, LIVE, 1);
        receive(3, LIVE, 2);
        receive(1, ENDED, 3);
        receive(2, ENDED, 3);
        assertThat(known.flaps(STREAM, 3)).isTrue();
        receive(3, ENDED, 4);
        assertThat(known.flaps(STREAM, 4)).isFalse();
    }

    @Test
    void countsClaimsWithoutPackets() {
        assertThat(known.claims(STREAM)).isZero();
        receive(1, LIVE, 0);
        receive(2, CLAIMED, 1);
        receive(3, CLAIMED, 2);
        receive(4, CLAIMED, 3);
        assertThat(known.claims(STREAM)).isEqualTo(3);
        receive(2, ENDED, 4);
        receive(3, LIVE, 5);
        known.onTombstone(STREAM, 4);
        assertThat(known.claims(STREAM)).isZero();
    }

    @Test
    void returnWithinGraceUsesGraceOfEpoch() {
        assertThat(known.graceMs(STREAM)).isEmpty();
        known.onNotice(new SessionNotice(STREAM, 1, LIVE, new Encoder("n", "", ""), 0, 0, 12_000, 1), false, 0);
        known.onNotice(new SessionNotice(STREAM, 2, LIVE, new Encoder("n", "", ""), 0, 0, 99_000, 1), false, 0);
        assertThat(known.graceMs(STREAM)).hasValue(12_000);
        known.onTombstone(STREAM, 1);
        known.onTombstone(STREAM, 2);
        assertThat(known.graceMs(STREAM)).isEmpty();
    }

    private void receive(long session, State state, long atMs) {
        receive(session, state, atMs, "127.0.0.1:" + session);
    }

    private void receive(long session, State state, long atMs, String address) {
        known.onNotice(new SessionNotice(STREAM, session, state, new Encoder("node", "", address), 0, 0, 30_000, 1),
                false,
                atMs);
    }
}
