package io.millrace.edge.fanout;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.rtmp.MessageLayout;
import io.millrace.edge.view.Pace;
import io.millrace.edge.view.Selection;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.TagEvent;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RingMemoryTest {
    private static final int MIB = 1 << 20;
    private static final int LIMIT = 8 * MIB;

    private final RingMemory memory = new RingMemory(LIMIT);
    private final List<TagRing> rings = new ArrayList<>();
    private final TagSlabs slabs = new TagSlabs(Layout.TAGS);
    private long offset;

    @AfterEach
    void closedRingsHoldNothing() {
        rings.forEach(TagRing::close);
        slabs.close();
        assertThat(memory.bytes()).isZero();
    }

    @Test
    void ringDiscardsBeyondLimit() {
        TagRing ring = open();
        addUpTo(ring, LIMIT);
        assertThat(memory.bytes()).isEqualTo(LIMIT);
        assertThat(ring.at(0)).isNotNull();
        add(ring, 0, true);
        assertThat(ring.at(0)).as("the oldest").isNull();
        assertThat(memory.bytes()).isLessThanOrEqualTo(LIMIT);
        assertThat(ring.entry(Selection.ALL).index()).as("index of the newest keyframe").isEqualTo(ring.head() - 1);
    }

    @Test
    void onlyLargestRingDiscards() {
        List<TagRing> small = List.of(open(), open(), open());
        TagRing large = open();
        small.forEach(ring -> add(ring, MIB / 2, true));
        for (int i = 0; i < 100; i++) {
            add(large, MIB / 2, true);
            assertThat(memory.bytes()).isLessThanOrEqualTo(LIMIT);
        }
        assertThat(small).allSatisfy(ring -> assertThat(ring.at(0)).isNotNull());
        addUpTo(large, LIMIT);
        add(small.getFirst(), MIB / 2, false);
        assertThat(small.getFirst().at(0)).as("the larger ring discards instead").isNotNull();
        assertThat(memory.bytes()).isLessThanOrEqualTo(LIMIT);
    }

    /** The longest message therefore does not exceed the limit, however many streams there are. */
    @Test
    void ringMayDiscardEverything() {
        List<TagRing> all = Stream.generate(this::open).limit(LIMIT / RingMemory.PLACE_BYTES).toList();
        for (int round = 0; round < 3; round++) {
            for (TagRing ring : all) {
                add(ring, 3 * MIB, true);
                assertThat(memory.bytes()).isLessThanOrEqualTo(LIMIT);
            }
        }
    }

    @Test
    void encodingsCountUntilLayoutIsClosed() {
        TagRing ring = open();
        add(ring, MIB / 2, true);
        add(ring, MIB / 2, false);
        long before = memory.bytes();
        try (var messages = new TagSlabs(MessageLayout.FRAMING.layout())) {
            assertThat(ring.open()).as("index of the latest keyframe").isZero();
            assertThat(memory.bytes()).as("two partly filled slabs").isEqualTo(before + 2 * TagSlabs.SLAB_BYTES);
            ring.add(1, MessageLayout.FRAMING.layout(), messages.encode(ring.at(1).read()));
            assertThat(memory.bytes()).isGreaterThan(before + 2 * TagSlabs.SLAB_BYTES + MIB / 2);
            EncodedTag late = messages.encode(ring.at(0).read());
            ring.forget(1);
            long now = memory.bytes();
            ring.add(0, MessageLayout.FRAMING.layout(), late);
            assertThat(memory.bytes()).as("its tag was discarded").isEqualTo(now);
        }
        ring.close(MessageLayout.FRAMING.layout());
        add(ring, MIB / 2, false);
        assertThat(memory.bytes()).isEqualTo(before);
    }

    /** Each of its layouts counts. */
    @Test
    void ringWithMoreBytesPerLayoutDiscards() {
        TagRing both = open();
        both.open();
        add(both, 2 * MIB, true);
        TagRing one = open();
        add(one, MIB, true);
        add(one, MIB / 2, true);
        while (one.at(0) != null) {
            add(open(), MIB, true);
        }
        assertThat(both.at(0)).as("holds less in each of its two layouts").isNotNull();
    }

    @Test
    void limitsWatchedStreams() {
        int places = LIMIT / RingMemory.PLACE_BYTES;
        List<FlvChannel> channels = new ArrayList<>();
        for (int i = 0; i < places - 1; i++) {
            channels.add(watched());
        }
        assertThat(memory.hasPlaces(channels, null, MessageLayout.FRAMING.layout()))
                .as("one place is left, and two layouts need two")
                .isFalse();
        assertThat(memory.hasPlaces(channels, null, Layout.TAGS)).isTrue();
        assertThat(memory.hasPlaces(channels, channels.getFirst(), MessageLayout.FRAMING.layout())).isTrue();
        channels.add(watched());
        assertThat(memory.hasPlaces(channels, null, Layout.TAGS)).isFalse();
        assertThat(memory.hasPlaces(channels, channels.getFirst(), MessageLayout.FRAMING.layout())).isFalse();
        assertThat(memory.hasPlaces(channels, channels.getFirst(), Layout.TAGS)).as("needs no place of its own")
                .isTrue();
    }

    @Test
    void reservesQuarterForViewersThatHaveNotStarted() {
        assertThat(memory.reserveBackfill(LIMIT / 4)).isTrue();
        assertThat(memory.reserveBackfill(1)).isFalse();
        memory.releaseBackfill(1);
        assertThat(memory.reserveBackfill(1)).isTrue();
    }

    private FlvChannel watched() {
        return new FlvChannel("live/show", ChosenTracks.DEFAULT, 0, 0, memory, _ -> broadcast());
    }

    private FlvBroadcast broadcast() {
        return new FlvBroadcast(0, memory, _ -> new Pace(0, 0), new EmbeddedChannel().eventLoop().ticker(),
                new EdgeMeters(new SimpleMeterRegistry()));
    }

    private TagRing open() {
        TagRing ring = memory.open(0);
        rings.add(ring);
        return ring;
    }

    /** Adds tags until the ring holds exactly this many bytes. */
    private void addUpTo(TagRing ring, int heldBytes) {
        while (memory.bytes() + MIB <= heldBytes - MIB) {
            add(ring, MIB, true);
        }
        long before = memory.bytes();
        add(ring, MIB / 2, false);
        int cost = (int) (memory.bytes() - before) - MIB / 2;
        // The header of a chunk has as many digits as its length needs: five for all of these.
        add(ring, (int) (heldBytes - memory.bytes()) - cost, false);
    }

    private void add(TagRing ring, int sizeBytes, boolean entry) {
        var tag = new FlvTag(FlvTag.Type.VIDEO, 0, ByteBuffer.allocate(sizeBytes));
        ring.add(slabs.put(new TagEvent.Frame(tag, entry, true), offset++, 0, 0, List.of()));
    }
}
