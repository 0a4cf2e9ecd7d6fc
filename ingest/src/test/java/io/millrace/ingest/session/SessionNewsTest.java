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

class SessionNewsTest {
    private static final SessionNotice NOTICE = new SessionNotice("live/show", 7, SessionNotice.State.LIVE,
            new Encoder("node", "", "127.0.0.1:1"), 0, 0, 30_000);

    @Test
    void readsNoticesAndTombstones() {
        assertThat(SessionNews.of("live/show#7", NOTICE)).isEqualTo(new SessionNews.Noticed(NOTICE));
        assertThat(SessionNews.of("live/show#7", null)).isEqualTo(new SessionNews.Forgotten("live/show", 7));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "live/show", "live/show#", "live/show#x", "live/show#-1",
        "live/show#99999999999999999999"})
    void aTombstoneWithAnyOtherKeyIsUnreadable(String key) {
        assertThat(SessionNews.of(key, null)).isInstanceOf(SessionNews.Unreadable.class);
    }

    @Test
    void aRecordOfAnotherTypeIsUnreadable() {
        assertThat(SessionNews.of("live/show#7", new Undecodable("bytes"))).isEqualTo(
                new SessionNews.Unreadable("bytes"));
        assertThat(SessionNews.of("live/show#7", new GraceOver(7, 0))).isInstanceOf(SessionNews.Unreadable.class);
    }
}
