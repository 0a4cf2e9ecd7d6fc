package io.millrace.platform.directory;

import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StreamDirectoryTest {
    private final StreamDirectory directory = new StreamDirectory();

    @Test
    void findsNewestEpochInAnyOrder() {
        directory.put(entry("live/a", 20));
        directory.put(entry("live/a", 10));
        assertThat(directory.newest("live/a")).get().extracting(StreamEntry::epoch).isEqualTo(20L);
        assertThat(directory.history("live/a")).extracting(StreamEntry::epoch).containsExactly(10L, 20L);
        assertThat(directory.epoch("live/a", 10)).isPresent();
    }

    @Test
    void distinguishesExpiredFromUnknown() {
        directory.put(entry("live/a", 10));
        directory.put(entry("live/a", 20));
        directory.remove("live/a", 10);
        assertThat(directory.presence("live/a")).isEqualTo(StreamDirectory.Presence.KNOWN);
        assertThat(directory.presence("live/a", 10)).isEqualTo(StreamDirectory.Presence.EXPIRED);
        assertThat(directory.presence("live/a", 11)).isEqualTo(StreamDirectory.Presence.UNKNOWN);
        directory.remove("live/a", 20);
        assertThat(directory.presence("live/a")).isEqualTo(StreamDirectory.Presence.EXPIRED);
        assertThat(directory.presence("live/b")).isEqualTo(StreamDirectory.Presence.UNKNOWN);
        directory.put(entry("live/a", 30));
        assertThat(directory.presence("live/a")).isEqualTo(StreamDirectory.Presence.KNOWN);
    }

    @Test
    void epochWithoutSegmentIsUnknown() {
        directory.put(entry("live/a", 10, -1));
        directory.remove("live/a", 10);
        assertThat(directory.presence("live/a")).isEqualTo(StreamDirectory.Presence.UNKNOWN);
        assertThat(directory.presence("live/a", 10)).isEqualTo(StreamDirectory.Presence.UNKNOWN);
        assertThat(directory.list(null, 9)).isEmpty();

        directory.put(entry("live/a", 20, 3));
        directory.put(entry("live/a", 30, -1));
        directory.remove("live/a", 20);
        directory.remove("live/a", 30);
        assertThat(directory.presence("live/a")).as("an earlier epoch was shown")
                .isEqualTo(StreamDirectory.Presence.EXPIRED);
    }

    @Test
    void forgetsOldestExpired() {
        for (long epoch = 0; epoch <= StreamDirectory.EXPIRED_LIMIT; epoch++) {
            directory.remove("live/a", epoch);
        }
        assertThat(directory.presence("live/a", 0)).isEqualTo(StreamDirectory.Presence.UNKNOWN);
        assertThat(directory.presence("live/a", 1)).isEqualTo(StreamDirectory.Presence.EXPIRED);
    }

    @Test
    void listsPagesByName() {
        directory.put(entry("live/c", 1));
        directory.put(entry("live/a", 2));
        directory.put(entry("live/b", 3));
        assertThat(directory.list(null, 2)).extracting(StreamEntry::stream).containsExactly("live/a", "live/b");
        assertThat(directory.list("live/b", 2)).extracting(StreamEntry::stream).containsExactly("live/c");
        assertThat(directory.list("live/aa", 9)).as("a name that went away").hasSize(2);
    }

    private static StreamEntry entry(String stream, long epoch) {
        return entry(stream, epoch, 0);
    }

    private static StreamEntry entry(String stream, long epoch, long lastSegment) {
        return Records.entry(stream, epoch, StreamEntry.State.ENDED, List.of(), 0, lastSegment);
    }
}
