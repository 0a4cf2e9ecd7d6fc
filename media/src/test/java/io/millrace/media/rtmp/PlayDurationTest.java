package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PlayDurationTest {
    private static final int BODY_BYTES = 70_000;
    private static final int MESSAGE_BYTES = PlayChunks.sizeBytes(0, BODY_BYTES);

    private static ByteBuffer run(int... timestampsMs) {
        var run = new ByteWriter(BODY_BYTES);
        for (int timestampMs : timestampsMs) {
            run.bytes(PlayChunks.message(MediaKind.VIDEO, timestampMs, ByteBuffer.allocate(BODY_BYTES)));
        }
        return run.view();
    }

    @Test
    void endsBeforeFirstMessageAtDuration() {
        var play = new PlayDuration(1_000);
        ByteBuffer metadata = ByteBuffer.wrap(PlayChunks.message(MediaKind.DATA, 0, ByteBuffer.allocate(10)));
        assertThat(play.within(metadata)).as("metadata is at no time").isEqualTo(metadata.remaining());
        assertThat(play.within(run(7_000, 7_999))).isEqualTo(2 * MESSAGE_BYTES);
        assertThat(play.within(run(7_500, 8_000, 8_040))).isEqualTo(MESSAGE_BYTES);
        assertThat(play.within(run(9_000))).isZero();
    }

    /** Timestamps above 24 bits follow the header, and 32-bit timestamps wrap. */
    @ParameterizedTest
    @ValueSource(ints = {0xFF_FFFF - 500, 0xFF_FFFF, -500, Integer.MAX_VALUE - 500})
    void acceptsTimesOfAllSizes(int firstMs) {
        var play = new PlayDuration(1_000);
        ByteBuffer within = run(firstMs, firstMs + 999);
        assertThat(play.within(within)).isEqualTo(within.remaining());
        assertThat(play.within(run(firstMs + 1_000))).isZero();
    }

    @Test
    void hasNoEndWithoutDuration() {
        assertThat(new PlayDuration(PlayDuration.UNLIMITED).within(run(0, Integer.MAX_VALUE)))
                .isEqualTo(run(0, Integer.MAX_VALUE).remaining());
    }
}
