package io.millrace.outbound.relay;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.tools.past.LogTag;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LiveSkipTest {
    private static final FlvTag TAG = new FlvTag(FlvTag.Type.VIDEO, 0, ByteBuffer.allocate(1));

    private static LogTag frame(long arrivalMs) {
        return new LogTag(new TagEvent.Frame(TAG, false, true), arrivalMs, Optional.empty());
    }

    private static LogTag keyframe(long arrivalMs) {
        return new LogTag(new TagEvent.Frame(TAG, true, true), arrivalMs, Optional.of(Positions.at(0, 1)));
    }

    @Test
    void omitsNothingUnlessRelayStaysLive() {
        assertThat(LiveSkip.none().omits(frame(0), 1_000_000)).isFalse();
    }

    @Test
    void omitsUpToNextLiveKeyframe() {
        LiveSkip skip = LiveSkip.from(1_000);
        assertThat(skip.omits(keyframe(999), 1_000)).isTrue();
        assertThat(skip.omits(frame(1_000), 1_000)).isTrue();
        assertThat(skip.omits(keyframe(1_001), 1_002)).isFalse();
        assertThat(skip.omits(frame(1_002), 1_003)).isFalse();
    }

    @Test
    void omitsOnceTooFarBehind() {
        LiveSkip skip = LiveSkip.whenBehind();
        assertThat(skip.omits(frame(0), LiveSkip.FARTHEST_MS)).isFalse();
        assertThat(skip.omits(frame(0), LiveSkip.FARTHEST_MS + 1)).isTrue();
        assertThat(skip.omits(keyframe(LiveSkip.FARTHEST_MS), LiveSkip.FARTHEST_MS + 2)).isTrue();
        assertThat(skip.omits(keyframe(LiveSkip.FARTHEST_MS + 1), LiveSkip.FARTHEST_MS + 2)).isFalse();
    }

    @Test
    void sequenceHeadersAndEndsAreNeverOmitted() {
        LiveSkip skip = LiveSkip.from(1_000);
        assertThat(skip.omits(new LogTag(new TagEvent.Config(TAG), 0, Optional.empty()), 1_000)).isFalse();
        assertThat(skip.omits(new LogTag(new TagEvent.End(TagEvent.Reason.EPOCH_OVER), 0, Optional.empty()), 1_000))
                .isFalse();
    }
}
