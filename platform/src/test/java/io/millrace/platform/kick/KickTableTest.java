package io.millrace.platform.kick;

import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.log.Kick;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KickTableTest {
    private static final int LIMIT = 3;
    private static final ViewerSession VIEWER = ViewerSession.ofPeer("192.0.2.7", "VLC");
    private static final KickOrder MINUTE = new KickOrder(60L, "");

    private long nowMs = 1_000;
    private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs);
    private final KickTable table = new KickTable(clock, LIMIT);

    @Test
    void viewerIsKickedOfItsStreamUntilTheEnd() {
        table.put(MINUTE.viewer("live/show", VIEWER, nowMs));
        assertThat(table.isKicked("live/show", VIEWER)).isTrue();
        assertThat(table.isKicked("live/talk", VIEWER)).isFalse();
        assertThat(table.isKicked("live/show", ViewerSession.ofPeer("192.0.2.8", "VLC"))).isFalse();
        assertThat(table.isPublisherKicked("live/show", null)).isFalse();
        nowMs += 59_999;
        assertThat(table.isKicked("live/show", VIEWER)).isTrue();
        nowMs++;
        assertThat(table.isKicked("live/show", VIEWER)).isFalse();
        assertThat(table.list(_ -> true)).isEmpty();
        table.expire();
        assertThat(table.isEmpty()).isTrue();
    }

    @Test
    void publisherIsKickedForAsLongAsTheOperatorSays() {
        table.put(new KickOrder(null, "").publisher("live/show", nowMs));
        assertThat(table.isPublisherKicked("live/show", null)).as("it may return at once").isFalse();
        table.put(MINUTE.publisher("live/show", nowMs));
        assertThat(table.isPublisherKicked("live/show", null)).isTrue();
        assertThat(table.isPublisherKicked("live/talk", null)).isFalse();
        table.put(new KickOrder(null, "").publisher("live/show", nowMs));
        assertThat(table.isPublisherKicked("live/show", null)).as("the later kick replaces the earlier one").isFalse();
    }

    @Test
    void laterRecordOfKeyReplacesEarlierOne() {
        Kick brief = new KickOrder(1L, "").viewer("live/show", VIEWER, nowMs);
        Kick longer = MINUTE.viewer("live/show", VIEWER, nowMs);
        table.put(longer);
        table.put(brief);
        assertThat(table.list(_ -> true)).containsExactly(brief);
        nowMs += 1_000;
        assertThat(table.isKicked("live/show", VIEWER)).isFalse();
        table.put(longer);
        table.remove(longer.key());
        assertThat(table.isKicked("live/show", VIEWER)).isFalse();
        assertThat(table.size()).isZero();
    }

    @Test
    void allViewersOfStreamMayReturn() {
        table.put(MINUTE.viewers("live/show", null, nowMs));
        assertThat(table.size()).isZero();
    }

    @Test
    void oneAboveLimitDisplacesTheOneThatEndsFirst() {
        for (int i = 1; i <= LIMIT; i++) {
            assertThat(table.isFull()).isFalse();
            table.put(kick(i));
        }
        assertThat(table.isFull()).isTrue();
        assertThat(table.list(_ -> true)).hasSize(LIMIT);
        table.put(kick(LIMIT));
        assertThat(table.list(_ -> true)).as("the same key takes no place").hasSize(LIMIT);
        table.put(kick(LIMIT + 1));
        assertThat(table.list(_ -> true)).containsExactly(kick(2), kick(3), kick(4));
        nowMs += 3_000;
        table.put(kick(5));
        assertThat(table.size()).as("expired kicks make room").isEqualTo(2);
    }

    /** Returns a kick that ends {@code seconds} after the start of the test. */
    private static Kick kick(int seconds) {
        return new KickOrder((long) seconds, "").viewer("live/" + seconds, VIEWER, 1_000);
    }
}
