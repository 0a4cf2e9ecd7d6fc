package io.millrace.media.mpegts;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TsReaderTest {
    private static final Clip CLIP = Clip.load();

    private static byte[] segment() {
        ByteBuffer bytes = CLIP.mux(List.of(CLIP.segments().getFirst()), 0).getFirst();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    @Test
    void reportsContinuityErrors() {
        ByteBuffer whole = ByteBuffer.wrap(segment());
        TsReader reader = new TsReader().feed(whole.slice(0, 4 * TsPacket.BYTES));
        assertThat(reader.continuityErrors()).isEmpty();
        reader.feed(whole.slice(5 * TsPacket.BYTES, 6 * TsPacket.BYTES));
        assertThat(reader.continuityErrors()).isNotEmpty().first().asString().startsWith("packet 4 PID 256: counter");
    }

    @Test
    void readsProgram() {
        TsReader reader = new TsReader().feed(ByteBuffer.wrap(segment()));
        assertThat(reader.streamTypes()).containsEntry(0x100, 0x1B).containsEntry(0x101, 0x0F).hasSize(2);
        assertThat(reader.clockPid()).isEqualTo(0x100);
    }

    @Property(tries = 60)
    void detectsAnyDamagedBitOfSection(@ForAll @IntRange(min = 5, max = 20) int at,
            @ForAll @IntRange(min = 0, max = 7) int bit) {
        byte[] bytes = segment();
        bytes[at] ^= (byte) (1 << bit);
        assertThatThrownBy(() -> new TsReader().feed(ByteBuffer.wrap(bytes))).isInstanceOf(MediaException.class);
    }

    @Test
    void rejectsLostSyncAndHalfPacket() {
        byte[] bytes = segment();
        bytes[TsPacket.BYTES] = 0;
        assertThatThrownBy(() -> new TsReader().feed(ByteBuffer.wrap(bytes))).isInstanceOf(MalformedException.class)
                .hasMessageContaining("sync_byte");
        assertThatThrownBy(() -> new TsReader().feed(ByteBuffer.wrap(bytes, 0, 100)))
                .isInstanceOf(MalformedException.class);
    }

    @Property(tries = 300)
    void damagedStreamsAreValueOrTypedError(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int hits) {
        Random random = new Random(seed);
        byte[] bytes = segment();
        for (int i = 0; i < hits; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        try {
            assertThat(new TsReader().feed(ByteBuffer.wrap(bytes)).finish().packets())
                    .hasSize(bytes.length / TsPacket.BYTES);
        } catch (MediaException e) {
            assertThat(e.structure()).isNotEmpty();
        }
    }
}
