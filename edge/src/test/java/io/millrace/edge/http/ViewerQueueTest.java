package io.millrace.edge.http;

import io.millrace.edge.feed.SharedTag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ViewerQueueTest {
    private final ViewerQueue queue = new ViewerQueue();
    private final List<ByteBuf> made = new ArrayList<>();
    private final List<Integer> sent = new ArrayList<>();

    @AfterEach
    void keepsNoReferences() {
        queue.clear();
        assertThat(made).allMatch(bytes -> bytes.refCnt() == 1);
    }

    @Test
    void handsOverInOrderAsLongAsTheSocketIsReady() {
        offer(SharedTag.Kind.ENTRY, 0);
        offer(SharedTag.Kind.FRAME, 40);
        offer(SharedTag.Kind.FRAME, 80);
        queue.drain(tag -> tag.timestampMs() < 80, tag -> sent.add(tag.timestampMs()));
        assertThat(sent).containsExactly(0, 40);
        drain();
        assertThat(sent).containsExactly(0, 40, 80);
    }

    @Test
    void keepsFiveSecondsAndThenSkipsToTheNextKeyframe() {
        drain();
        offer(SharedTag.Kind.ENTRY, 0);
        offer(SharedTag.Kind.CONFIG, 2_000);
        offer(SharedTag.Kind.FRAME, 5_000);
        assertThat(queue.size()).as("at the limit").isEqualTo(3);
        offer(SharedTag.Kind.FRAME, 5_001);
        offer(SharedTag.Kind.FRAME, 5_100);
        offer(SharedTag.Kind.ENTRY, 6_000);
        offer(SharedTag.Kind.FRAME, 6_040);
        drain();
        assertThat(sent).as("sequence headers are kept").containsExactly(2_000, 6_000, 6_040);
        assertThat(queue.clear()).as("dropped in all").isEqualTo(4);
    }

    @Test
    void keepsNoMoreThanItsBytes() {
        drain();
        offer(SharedTag.Kind.ENTRY, 0, 8 << 20);
        offer(SharedTag.Kind.FRAME, 1, 8 << 20);
        assertThat(queue.size()).isEqualTo(2);
        offer(SharedTag.Kind.FRAME, 2, 1);
        assertThat(queue.size()).isZero();
    }

    @Test
    void doesNotSkipWhatAViewerJoinsWith() {
        for (int ms = 0; ms <= 9_000; ms += 1_000) {
            offer(ms == 0 ? SharedTag.Kind.ENTRY : SharedTag.Kind.FRAME, ms);
        }
        queue.drain(_ -> false, _ -> {});
        offer(SharedTag.Kind.FRAME, 9_040);
        assertThat(queue.size()).isEqualTo(11);
        offer(SharedTag.Kind.FRAME, 14_001);
        assertThat(queue.size()).as("it is bounded all the same").isZero();
    }

    @Test
    void isHopelessWhenNothingMovedForFifteenSeconds() {
        drain();
        offer(SharedTag.Kind.ENTRY, 1_000);
        offer(SharedTag.Kind.ENTRY, 16_000);
        assertThat(queue.isHopeless()).isFalse();
        offer(SharedTag.Kind.ENTRY, 16_001);
        assertThat(queue.isHopeless()).isTrue();
    }

    @Test
    void isNotHopelessAfterAHoleInTheStream() {
        drain();
        offer(SharedTag.Kind.ENTRY, 1_000);
        drain();
        offer(SharedTag.Kind.ENTRY, 90_000);
        assertThat(queue.isHopeless()).isFalse();
    }

    private void drain() {
        queue.drain(_ -> true, tag -> sent.add(tag.timestampMs()));
    }

    private void offer(SharedTag.Kind kind, int timestampMs) {
        offer(kind, timestampMs, 10);
    }

    private void offer(SharedTag.Kind kind, int timestampMs, int sizeBytes) {
        ByteBuf bytes = Unpooled.wrappedBuffer(new byte[sizeBytes]);
        made.add(bytes);
        queue.offer(new SharedTag(bytes, kind, timestampMs));
    }
}
