package io.millrace.ingest.session;

import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.Undecodable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SessionsRecordTest {
    private static final SessionNotice NOTICE = new SessionNotice("live/show", 7, SessionNotice.State.LIVE,
            new Encoder("node", "", "127.0.0.1:1"), 0, 0, 30_000, 1);

    @Test
    void readsNoticesAndTombstones() {
        assertThat(SessionsRecord.of("live/show#7", NOTICE)).isEqualTo(new SessionsRecord.Notice(NOTICE));
        assertThat(SessionsRecord.of("live/show#7", null)).isEqualTo(new SessionsRecord.Tombstone("live/show", 7));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "live/show", "live/show#", "live/show#x", "live/show#-1",
        "live/show#99999999999999999999"})
    void rejectsTombstoneWithInvalidKey(String key) {
        assertThat(SessionsRecord.of(key, null)).isInstanceOf(SessionsRecord.Unreadable.class);
    }

    @Test
    void rejectsOtherRecordType() {
        assertThat(SessionsRecord.of("live/show#7", new Undecodable("bytes"))).isEqualTo(
                new SessionsRecord.Unreadable("bytes"));
        assertThat(SessionsRecord.of("live/show#7", new GraceOver(7, 0))).isInstanceOf(SessionsRecord.Unreadable.class);
    }
}
