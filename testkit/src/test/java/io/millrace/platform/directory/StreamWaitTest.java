package io.millrace.platform.directory;

import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StreamWaitTest {
    private static final StreamEntry FIRST = Records.entry("live/show", 17, StreamEntry.State.LIVE);
    private static final StreamEntry SECOND = Records.entry("live/show", 18, StreamEntry.State.LIVE);

    private final StreamDirectory directory = new StreamDirectory();
    private final List<Long> found = new ArrayList<>();

    private Waiters.Waiting await(long epoch) {
        return directory.await("live/show", entry -> entry.epoch() == epoch, entry -> found.add(entry.epoch()));
    }

    @Test
    void findsKnownEntryAtOnce() {
        directory.put(FIRST);
        directory.put(SECOND);
        await(17).cancel();
        assertThat(found).containsExactly(17L);
        assertThat(directory.awaited()).isZero();
    }

    @Test
    void findsWantedEntryOnceItIsPut() {
        Waiters.Waiting waiting = await(18);
        directory.put(FIRST);
        directory.put(Records.entry("live/other", 18, StreamEntry.State.LIVE));
        assertThat(found).isEmpty();
        directory.put(SECOND);
        directory.put(SECOND);
        assertThat(found).containsExactly(18L);
        waiting.cancel();
        assertThat(directory.awaited()).isZero();
    }

    @Test
    void findsNothingAfterCancel() {
        await(17).cancel();
        Waiters.Waiting other = await(17);
        directory.put(FIRST);
        assertThat(found).containsExactly(17L);
        other.cancel();
        assertThat(directory.awaited()).isZero();
    }
}
