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
    void twoTakeoversAreAllowedAndTheThirdWithinTheWindowIsNot() {
        hear(1, LIVE, 0);
        assertThat(known.flaps(STREAM, 0)).isFalse();
        hear(2, LIVE, 1_000);
        assertThat(known.flaps(STREAM, 1_000)).isFalse();
        hear(1, ENDED, 1_001);
        hear(3, LIVE, 5_000);
        hear(2, ENDED, 5_001);
        assertThat(known.flaps(STREAM, 5_001)).isTrue();
        assertThat(known.flaps(STREAM, 30_999)).isTrue();
        assertThat(known.flaps(STREAM, 31_000)).isFalse();
    }

    @Test
    void aPublisherThatReturnsAfterItsEndTakesNothingOver() {
        for (int session = 1; session < 10; session++) {
            hear(session, CLAIMED, session * 100L);
            hear(session, LIVE, session * 100L + 1);
            assertThat(known.flaps(STREAM, session * 100L + 2)).isFalse();
            hear(session, ENDED, session * 100L + 50);
        }
    }

    @Test
    void heartbeatsAreNoTakeovers() {
        hear(1, LIVE, 0);
        hear(2, LIVE, 1);
        hear(2, LIVE, 2);
        hear(2, LIVE, 3);
        assertThat(known.flaps(STREAM, 4)).isFalse();
    }

    @Test
    void nobodyIsRefusedWhereNothingIsLive() {
        hear(1, LIVE, 0);
        hear(2, LIVE, 1);
        hear(3, LIVE, 2);
        hear(1, ENDED, 3);
        hear(2, ENDED, 3);
        assertThat(known.flaps(STREAM, 3)).isTrue();
        hear(3, ENDED, 4);
        assertThat(known.flaps(STREAM, 4)).isFalse();
    }

    @Test
    void countsClaimsThatHaveNoPacketYet() {
        assertThat(known.claims(STREAM)).isZero();
        hear(1, LIVE, 0);
        hear(2, CLAIMED, 1);
        hear(3, CLAIMED, 2);
        hear(4, CLAIMED, 3);
        assertThat(known.claims(STREAM)).isEqualTo(3);
        hear(2, ENDED, 4);
        hear(3, LIVE, 5);
        known.forgotten(STREAM, 4);
        assertThat(known.claims(STREAM)).isZero();
    }

    @Test
    void whoReturnsWithinGraceJoinsTheGraceOfTheEpoch() {
        assertThat(known.graceMs(STREAM)).isEmpty();
        known.heard(new SessionNotice(STREAM, 1, LIVE, new Encoder("n", "", ""), 0, 0, 12_000));
        known.heard(new SessionNotice(STREAM, 2, LIVE, new Encoder("n", "", ""), 0, 0, 99_000));
        assertThat(known.graceMs(STREAM)).hasValue(12_000);
        known.forgotten(STREAM, 1);
        known.forgotten(STREAM, 2);
        assertThat(known.graceMs(STREAM)).isEmpty();
    }

    private void hear(long session, State state, long atMs) {
        known.heard(new SessionNotice(STREAM, session, state, new Encoder("node", "", "127.0.0.1:1"), 0, atMs, 30_000));
    }
}
