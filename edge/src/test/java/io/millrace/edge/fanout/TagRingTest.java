package io.millrace.edge.fanout;

import io.millrace.edge.flv.WebSocketFraming;
import io.millrace.edge.view.Selection;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.timeline.TagEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class TagRingTest {
    private static final long MS = 1_000_000;

    private final RingMemory budget = RingMemory.unlimited();
    private final TagRing ring = budget.open(100);
    private final TagSlabs slabs = new TagSlabs(Layout.TAGS);
    private final Set<ByteBuf> memory = new HashSet<>();
    private long offset = 100;

    @AfterEach
    void keepsNoReferences() {
        ring.close();
        slabs.close();
        assertThat(memory).allMatch(slab -> slab.refCnt() == 0);
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void keepsFiveSecondsAndLatestGop() {
        entry(0);
        frame(1_000);
        entry(2_000);
        for (int ms = 3_000; ms <= 8_000; ms += 1_000) {
            frame(ms);
        }
        assertThat(ring.entry(Selection.ALL).index()).isEqualTo(2);
        assertThat(taken(2)).as("tags older than 5 s that the latest GOP needs").isEqualTo(7);
        assertThat(ring.take(1, ring.head(), 1, Framing.CHUNKED, Selection.ALL)).as("discarded").isNull();
        entry(8_001);
        assertThat(taken(4)).as("from 4 000 on").isEqualTo(6);
        assertThat(ring.take(3, ring.head(), 1, Framing.CHUNKED, Selection.ALL)).as("discarded after the next keyframe")
                .isNull();
    }

    @Test
    void discardsGopThatIsTooLong() {
        entry(0);
        frame(TagRing.GOP_LIMIT_MS);
        assertThat(ring.entry(Selection.ALL)).isNotNull();
        frame(TagRing.GOP_LIMIT_MS + 1);
        assertThat(ring.entry(Selection.ALL)).isNull();
        entry(TagRing.GOP_LIMIT_MS + 2);
        assertThat(ring.entry(Selection.ALL).timestampMs()).isEqualTo(TagRing.GOP_LIMIT_MS + 2);
    }

    @Test
    void keepsByteLimit() {
        entry(0);
        for (int i = 1; i <= 5; i++) {
            add(i, false, new byte[4 << 20]);
        }
        assertThat(ring.entry(Selection.ALL).index()).as("the latest GOP may exceed the limit").isZero();
        for (int i = 6; i <= 8; i++) {
            add(i, false, new byte[4 << 20]);
        }
        assertThat(ring.entry(Selection.ALL)).isNull();
        assertThat(taken(6)).as("three of 4 MiB are less than 16 MiB").isEqualTo(3);
        assertThat(ring.take(4, ring.head(), 1, Framing.CHUNKED, Selection.ALL)).isNull();
    }

    @Test
    void keepsBurstRegardlessOfItsDuration() {
        for (int ms = 0; ms <= 60_000; ms += 1_000) {
            add(ms, ms % 2_000 == 0, new byte[10], 0);
        }
        assertThat(taken(0)).isEqualTo(61);
    }

    @Test
    void returnsAdjacentTagsAsOnePiece() {
        entry(0);
        frame(40);
        frame(80);
        try (TagRun all = ring.take(0, 3, Integer.MAX_VALUE, Framing.CHUNKED, Selection.ALL)) {
            assertThat(all.pieces()).hasSize(1);
            assertThat(all.mediaBytes()).isEqualTo(3 * (11 + 3 + 4));
            assertThat(all.next()).isEqualTo(3);
            assertThat(all.pieces().getFirst().toString(StandardCharsets.ISO_8859_1)).startsWith("12\r\n\t\0\0\3")
                    .endsWith("\0\0\0\u000e\r\n");
        }
        try (TagRun plain = ring.take(1, 3, Integer.MAX_VALUE, Framing.PLAIN, Selection.ALL)) {
            assertThat(plain.pieces()).extracting(ByteBuf::readableBytes).containsExactly(18, 18);
        }
        try (TagRun limited = ring.take(1, 3, 1, Framing.CHUNKED, Selection.ALL)) {
            assertThat(limited.next()).as("at least one tag").isEqualTo(2);
        }
    }

    @Test
    void wrapsTagsOfTurnInOneWebSocketFrame() {
        entry(0);
        frame(40);
        try (TagRun both = ring.take(0, 2, Integer.MAX_VALUE, WebSocketFraming.INSTANCE, Selection.ALL)) {
            assertThat(both.pieces()).extracting(ByteBuf::readableBytes).containsExactly(2, 18, 18);
            assertThat(ByteBufUtil.hexDump(both.pieces().getFirst())).isEqualTo("8224");
            assertThat(both.pieces()).allMatch(ByteBuf::isDirect);
        }
        try (TagRun nothing = ring.take(0, 2, Integer.MAX_VALUE, WebSocketFraming.INSTANCE, Selection.AUDIO)) {
            assertThat(nothing.isEmpty()).isTrue();
            assertThat(nothing.next()).isEqualTo(2);
        }
    }

    @Test
    void joinsManyPiecesForSharedUse() {
        entry(0);
        frame(40);
        try (TagRun many = ring.take(0, 2, Integer.MAX_VALUE, WebSocketFraming.INSTANCE, Selection.ALL);
                TagRun one = ring.take(0, 2, Integer.MAX_VALUE, WebSocketFraming.INSTANCE, Selection.ALL).joined()) {
            assertThat(one.pieces()).hasSize(1);
            assertThat(one.pieces().getFirst()).isEqualTo(Unpooled.wrappedBuffer(many.pieces().stream()
                    .map(ByteBuf::duplicate).toArray(ByteBuf[]::new)));
            assertThat(one.mediaBytes()).isEqualTo(many.mediaBytes());
            assertThat(one.next()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"125, 827d", "126, 827e007e", "65535, 827effff", "65536, 827f0000000000010000"})
    void encodesLengthOfWebSocketFrame(int sizeBytes, String head) {
        assertThat(HexFormat.of().formatHex(WebSocketFraming.INSTANCE.head(sizeBytes))).isEqualTo(head);
    }

    @Test
    void startsNewPieceWithNewSlab() {
        add(0, true, new byte[TagSlabs.SLAB_BYTES - 100]);
        add(1, false, new byte[200]);
        add(2, false, new byte[TagSlabs.SLAB_BYTES * 2]);
        try (TagRun all = ring.take(0, 3, Integer.MAX_VALUE, Framing.CHUNKED, Selection.ALL)) {
            assertThat(all.pieces()).hasSize(3);
        }
    }

    @Test
    void findsPositionOfOffset() {
        assertThat(ring.indexOf(100)).isZero();
        assertThat(ring.indexOf(99)).as("before the ring").isEqualTo(TagRing.NONE);
        entry(0);
        offset = 110;
        frame(100);
        frame(5_001);
        entry(5_002);
        assertThat(ring.indexOf(100)).as("discarded").isEqualTo(TagRing.NONE);
        assertThat(ring.indexOf(101)).isEqualTo(1);
        assertThat(ring.indexOf(110)).isEqualTo(1);
        assertThat(ring.indexOf(111)).isEqualTo(2);
        assertThat(ring.indexOf(500)).as("the next tag").isEqualTo(4);
    }

    private void entry(int ms) {
        add(ms, true, new byte[]{1, 2, 3});
    }

    private void frame(int ms) {
        add(ms, false, new byte[]{1, 2, 3});
    }

    private void add(int ms, boolean entry, byte[] body) {
        add(ms, entry, body, ms * MS);
    }

    private void add(int ms, boolean entry, byte[] body, long nanos) {
        var tag = new FlvTag(FlvTag.Type.VIDEO, ms, ByteBuffer.wrap(body));
        SharedTag shared = slabs.put(new TagEvent.Frame(tag, entry, true), offset++, 0, nanos, List.of());
        memory.add(shared.slab());
        ring.add(shared);
    }

    /** Returns the number of tags from {@code index} on. */
    private long taken(long index) {
        try (TagRun all = ring.take(index, ring.head(), Integer.MAX_VALUE, Framing.CHUNKED, Selection.ALL)) {
            return all.next() - index;
        }
    }
}
