package io.millrace.edge.past;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.edge.past.PastBlocks.BlockKey;
import io.millrace.edge.past.PastBlocks.MediaKey;
import io.millrace.edge.past.PastIndex.VersionKey;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.MpdText;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RangePlaylist;
import io.millrace.edge.view.Segment;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.past.Moment;
import io.millrace.platform.past.MomentSpan;
import io.millrace.platform.past.SegmentTracks;
import io.millrace.platform.timeline.Tracks;
import io.millrace.testkit.Records;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The caches of the past hold as many entries as docs/reference.md states, and not one more. */
class CacheLimitsTest {
    private static final int ENTRIES = 6;
    private static final EpochName NAME = new EpochName(17, 0);
    private static final MediaKey EPOCH = new MediaKey("live/show", NAME, RenditionId.TS, Withdrawals.NONE);
    private static final PlaylistBlock BLOCK = new PlaylistBlock(NAME, RenditionId.TS, List.of(
            new Segment(0, Segment.State.COMPLETE, 0, 180_000, 0, new SegmentStart(true, false, 0, 2), 1_000,
                    List.of())),
            5);

    /** @param limited holds {@link #ENTRIES} of these values */
    private static <K, V> void holds(Caffeine<? super K, ? super V> limited, IntFunction<K> key, V value) {
        Cache<K, V> cache = limited.executor(Runnable::run).build();
        for (int i = 0; i < ENTRIES; i++) {
            cache.put(key.apply(i), value);
        }
        cache.cleanUp();
        assertThat(cache.estimatedSize()).as("at the limit").isEqualTo(ENTRIES);
        cache.put(key.apply(ENTRIES), value);
        cache.cleanUp();
        assertThat(cache.estimatedSize()).as("one past it").isEqualTo(ENTRIES);
    }

    @Test
    void searchedMinutes() {
        Moment.At entry = new Moment.At(1, Records.segment(17, 0).getFirst());
        holds(MomentCache.cells(3 * ENTRIES), i -> new MomentCache.Key("live/show", NAME, i),
                new MomentSpan(Collections.nCopies(2, entry), true, 0));
    }

    @Test
    void codecConfigurations() {
        Tracks tracks = Tracks.of(Records.TRACKS);
        int configBytes = Records.TRACKS.stream().mapToInt(track -> track.config().remaining()).sum();
        holds(CutTracks.known(ENTRIES * (CutTracks.ENTRY_BYTES + configBytes)),
                i -> new CutTracks.Key("live/show", 17, i), Optional.of(new SegmentTracks(1, 1, tracks)));
    }

    @Test
    void versionsOfPlaylists() {
        holds(PastIndex.versions(ENTRIES * PastIndex.ANSWER_BYTES),
                i -> new VersionKey(new PastRange("live/show", NAME, NAME, i, PastRange.OPEN), RenditionId.TS, false, 5,
                        true, Withdrawals.NONE),
                new PastSource.Answer.NotYet());
    }

    @Test
    void versionsOfMpds() {
        holds(PastMpds.versions(ENTRIES * PastMpds.ANSWER_BYTES),
                i -> new PastMpds.Key(new PastRange("live/show", NAME, NAME, i, PastRange.OPEN), List.of(), List.of(5L),
                        true, Withdrawals.NONE),
                new PastSource.MpdAnswer.Nothing());
    }

    /** The segments of all renditions count. */
    @Test
    void segmentsOfMpd() {
        assertThat(mpd(MpdText.SEGMENTS_LIMIT / 2, MpdText.SEGMENTS_LIMIT / 2))
                .isEqualTo(new PastSource.MpdAnswer.Nothing());
        assertThat(mpd(MpdText.SEGMENTS_LIMIT / 2, MpdText.SEGMENTS_LIMIT / 2 + 1))
                .isEqualTo(new PastSource.MpdAnswer.TooLong(MpdText.SEGMENTS_LIMIT + 1));
    }

    /** Renders playlists that list these numbers of segments, whose blocks are missing. */
    private static PastSource.MpdAnswer mpd(int videoSegments, int audioSegments) {
        StreamEntry epoch = Records.entry("live/show", 17, StreamEntry.State.ENDED);
        var range = new PastRange("live/show", NAME, NAME, 0, PastRange.OPEN);
        return PastMpds.render(range, Lineup.ofCmaf(List.of(epoch)), List.of(epoch), Map.of(
                RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0)), listed(epoch, videoSegments),
                RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0)), listed(epoch, audioSegments)));
    }

    private static PastSource.Answer listed(StreamEntry epoch, int segments) {
        var share = new RangePlaylist.Share(epoch, List.of(), 0, segments - 1L);
        return new PastSource.Answer.Listed(new RangePlaylist(List.of(share), null, 2, true));
    }

    @Test
    void blocks() {
        holds(PastBlocks.blocks(ENTRIES * BLOCK.sizeBytes()), i -> new BlockKey(EPOCH, i),
                new PastBlocks.Loaded(BLOCK, true));
        holds(PastBlocks.blocks(ENTRIES * PastBlocks.ABSENT_BYTES), i -> new BlockKey(EPOCH, i),
                new PastBlocks.Loaded(null, true));
    }

    @Test
    void endsOfPlaylists() {
        holds(PastBlocks.tails(ENTRIES),
                i -> new MediaKey("live/show", new EpochName(i, 0), RenditionId.TS, Withdrawals.NONE), BLOCK);
    }

    @Test
    void readsOfTheEndsOfPlaylists() {
        holds(PastBlocks.tailReads(ENTRIES), i -> new PastBlocks.TailKey(EPOCH, i), List.of(BLOCK));
    }
}
