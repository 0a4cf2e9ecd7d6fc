package io.millrace.platform.directory;

import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.testkit.Records;
import java.util.List;
import java.util.stream.IntStream;
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

    /** The directory of an edge that starts when compaction has removed the entries and their tombstones. */
    @Test
    void distinguishesExpiredFromUnknown() {
        directory.expired(expiry(10, 20));
        directory.put(entry("live/a", 30));
        assertThat(directory.presence("live/a")).isEqualTo(StreamDirectory.Presence.KNOWN);
        assertThat(directory.presence("live/a", 10)).isEqualTo(StreamDirectory.Presence.EXPIRED);
        assertThat(directory.presence("live/a", 20)).isEqualTo(StreamDirectory.Presence.EXPIRED);
        assertThat(directory.presence("live/a", 21)).isEqualTo(StreamDirectory.Presence.UNKNOWN);
        directory.expired(expiry(10, 30));
        directory.remove("live/a", 30);
        assertThat(directory.presence("live/a")).isEqualTo(StreamDirectory.Presence.EXPIRED);
        assertThat(directory.presence("live/b")).isEqualTo(StreamDirectory.Presence.UNKNOWN);
        directory.put(entry("live/a", 40));
        assertThat(directory.presence("live/a")).isEqualTo(StreamDirectory.Presence.KNOWN);
        directory.forget("live/a");
        assertThat(directory.presence("live/a", 10)).isEqualTo(StreamDirectory.Presence.UNKNOWN);
    }

    @Test
    void removesExpiredEpochsBeforeTheirTombstones() {
        directory.put(entry("live/a", 10));
        directory.put(entry("live/a", 20));
        directory.put(entry("live/a", 30));
        directory.expired(expiry(10, 20));
        assertThat(directory.history("live/a")).extracting(StreamEntry::epoch).containsExactly(30L);
        directory.remove("live/a", 10);
        directory.put(entry("live/a", 20));
        assertThat(directory.history("live/a")).as("a late entry").extracting(StreamEntry::epoch).containsExactly(30L);
    }

    @Test
    void ignoresLateRecordOfReplacedOwner() {
        directory.expired(expiry(10, 20));
        directory.expired(expiry(10, 15));
        assertThat(directory.presence("live/a", 20)).isEqualTo(StreamDirectory.Presence.EXPIRED);
    }

    @Test
    void ignoresEntryOfEarlierOffset() {
        StreamEntry ended = Records.entry("live/a", 10, StreamEntry.State.ENDED, List.of(), 200, 7);
        assertThat(directory.put(ended)).isTrue();
        assertThat(directory.put(Records.entry("live/a", 10, StreamEntry.State.LIVE, List.of(), 100, 3))).isFalse();
        assertThat(directory.newest("live/a")).hasValueSatisfying(it -> {
            assertThat(it.state()).isEqualTo(StreamEntry.State.ENDED);
            assertThat(it.playlist().lastSegment()).isEqualTo(7);
        });
    }

    @Test
    void epochWithoutSegmentIsUnknown() {
        directory.put(entry("live/a", 10, -1));
        directory.remove("live/a", 10);
        assertThat(directory.presence("live/a")).isEqualTo(StreamDirectory.Presence.UNKNOWN);
        assertThat(directory.presence("live/a", 10)).isEqualTo(StreamDirectory.Presence.UNKNOWN);
        assertThat(directory.list(null, 9)).isEmpty();
    }

    @Test
    void wasShownFromFirstEpochOn() {
        directory.expired(expiry(10, 20));
        assertThat(directory.wasShown("live/a", 0, 10)).isFalse();
        assertThat(directory.wasShown("live/a", 0, 11)).isTrue();
        assertThat(directory.wasShown("live/a", 19, 30)).isTrue();
        assertThat(directory.wasShown("live/a", 20, 30)).isFalse();
        directory.put(entry("live/a", 30));
        assertThat(directory.wasShown("live/a", Records.EPOCH_MS, Records.EPOCH_MS + 1)).isTrue();
    }

    @Test
    void listsAllSessionsWithinMemory() {
        StreamEntry often = entry("live/a", 10).withSessions(sessions(256));
        directory.put(often);
        assertThat(directory.newest("live/a")).hasValue(often);
        assertThat(directory.newest("live/a").orElseThrow().sessions().get(17)).isEqualTo(often.sessions().get(17));
    }

    @Test
    void listsNewestSessionsIfMemoryIsExhausted() {
        int extraBytes = SessionList.of(sessions(256), Long.MAX_VALUE).extraBytes();
        var small = new StreamDirectory(2L * extraBytes);
        StreamEntry often = entry("live/a", 10).withSessions(sessions(256));
        small.put(often);
        small.put(entry("live/b", 10).withSessions(sessions(256)));
        small.put(entry("live/c", 10).withSessions(sessions(256)));
        assertThat(small.newest("live/a")).as("within the limit").hasValue(often);
        assertThat(small.newest("live/b").orElseThrow().sessions()).as("at the limit").hasSize(256);
        StreamEntry beyond = small.newest("live/c").orElseThrow();
        assertThat(beyond.sessions()).as("beyond").isEqualTo(sessions(256).subList(240, 256));
        assertThat(StreamDirectory.sessions(beyond)).isEqualTo(256);

        small.remove("live/a", 10);
        small.put(entry("live/c", 10).withSessions(sessions(256)));
        assertThat(small.newest("live/c").orElseThrow().sessions()).isEqualTo(sessions(256));
    }

    /** An epoch with 256 sessions took 43 KB: 5,000 of them, which one address may have, more than 200 MB. */
    @Test
    void sessionUsesLittleMemory() {
        assertThat(SessionList.of(sessions(256), Long.MAX_VALUE).extraBytes()).isLessThan(240 * 24);
        List<StreamEntry.Session> different = sessions(256).stream().map(s -> new StreamEntry.Session(s.session(),
                s.startedAtMs(), s.endedAtMs(), s.durationMs(), s.sizeBytes(),
                List.of("avc1.%06x".formatted(s.session()), "mp4a.40.2"))).toList();
        SessionList list = SessionList.of(different, Long.MAX_VALUE);
        assertThat(list).isEqualTo(different);
        assertThat(list.extraBytes()).isLessThan(240 * 50);
    }

    /** The newest of them is live. */
    private static List<StreamEntry.Session> sessions(int count) {
        return IntStream.range(0, count).mapToObj(i -> {
            long startedAtMs = 1_790_000_000_000L + i * 20_000L;
            return new StreamEntry.Session(10 + 700L * i, startedAtMs, i == count - 1 ? 0 : startedAtMs + 15_000,
                    14_900 + i, 4_000_000 + i, i % 100 == 0 ? List.of() : List.of("avc1.64001f", "mp4a.40.2"));
        }).toList();
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

    /** The epochs' times are their numbers. */
    private static StreamExpiry expiry(long firstEpoch, long lastEpoch) {
        return new StreamExpiry("live/a", firstEpoch, lastEpoch, lastEpoch);
    }

    private static StreamEntry entry(String stream, long epoch) {
        return entry(stream, epoch, 0);
    }

    private static StreamEntry entry(String stream, long epoch, long lastSegment) {
        return Records.entry(stream, epoch, StreamEntry.State.ENDED, List.of(), 0, lastSegment);
    }
}
