package io.millrace.platform.log;

import io.millrace.platform.log.StreamEvent.Cause;
import io.millrace.platform.log.StreamEvent.Type;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EventFoldTest {
    private static StreamEvent event(String stream, long position, int number) {
        return new StreamEvent(stream, Type.AWAY, new Cause(position, number), 1, 1, 5, "", "");
    }

    private static StreamEvent expired(long epoch) {
        return StreamEvent.expired(new StreamExpiry("live/a", 1, epoch, 2), 9);
    }

    private static List<Boolean> fold(int limit, StreamEvent... events) {
        EventFold fold = new EventFold(limit);
        return List.of(events).stream().map(fold::isNew).toList();
    }

    @Test
    void dropsWhatIsNotGreater() {
        assertThat(fold(9, event("live/a", 4, 0), event("live/a", 4, 1), event("live/a", 4, 0), event("live/a", 4, 1),
                event("live/a", 3, 7), event("live/a", 5, 0))).containsExactly(true, true, false, false, false, true);
    }

    @Test
    void streamsAndExpiriesHaveTheirOwnOrder() {
        assertThat(fold(9, event("live/a", 9, 0), event("live/b", 1, 0), expired(2), expired(2), expired(7),
                event("live/a", 8, 0))).containsExactly(true, true, true, false, true, false);
    }

    @Test
    void forgetsStreamWithoutEventsForLongest() {
        assertThat(fold(2, event("live/a", 1, 0), event("live/b", 1, 0), event("live/a", 2, 0), event("live/c", 1, 0),
                event("live/a", 2, 0), event("live/b", 1, 0))).containsExactly(true, true, true, true, false, true);
    }

    @Test
    void identityIsPrintable() {
        assertThat(event("live/a", 9, 2).id()).isEqualTo("live/a#9.2");
        assertThat(expired(17).id()).isEqualTo("live/a#17.expired");
    }
}
