package io.millrace.outbound.relay;

import io.millrace.tools.past.EpochPosition;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SentKeyframesTest {
    private static final Optional<EpochPosition> NONE = Optional.empty();
    private static final Optional<EpochPosition> A = Optional.of(Positions.at(0, 10));
    private static final Optional<EpochPosition> B = Optional.of(Positions.at(0, 20));
    private static final Optional<EpochPosition> C = Optional.of(Positions.at(0, 30));

    private final SentKeyframes keyframes = new SentKeyframes();

    @Test
    void firstKeyframeCountsAtOnce() {
        assertThat(keyframes.sent(NONE, 0)).isEmpty();
        assertThat(keyframes.sent(A, 5)).isEqualTo(A);
        assertThat(keyframes.sent(NONE, 6)).isEmpty();
    }

    @Test
    void laterKeyframeCountsOnceMediaWasSentAfterIt() {
        keyframes.sent(A, 0);
        assertThat(keyframes.sent(B, 2_000)).isEmpty();
        assertThat(keyframes.sent(NONE, 2_000 + SentKeyframes.SETTLED_MS - 1)).isEmpty();
        assertThat(keyframes.sent(NONE, 2_000 + SentKeyframes.SETTLED_MS)).isEqualTo(B);
        assertThat(keyframes.sent(NONE, 9_000)).isEmpty();
    }

    @Test
    void newestSettledKeyframeCountsAfterPause() {
        keyframes.sent(A, 0);
        keyframes.sent(B, 1_000);
        keyframes.sent(C, 1_000 + SentKeyframes.CLOSEST_MS);
        assertThat(keyframes.sent(NONE, 60_000)).isEqualTo(C);
    }

    @Test
    void keyframesThatAreCloseTogetherAreSkipped() {
        keyframes.sent(A, 0);
        keyframes.sent(B, SentKeyframes.CLOSEST_MS - 1);
        assertThat(keyframes.sent(NONE, 60_000)).isEmpty();
    }
}
