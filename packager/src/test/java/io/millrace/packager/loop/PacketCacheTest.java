package io.millrace.packager.loop;

import io.millrace.platform.log.Packet;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PacketCacheTest {
    private static final int BODY_BYTES = 100;
    private static final int COST_BYTES = BODY_BYTES + PacketCache.PACKET_COST_BYTES;

    private static PacketCache cache(int packets) {
        // A share may use half of what the others leave.
        return new PacketCache(new ByteBudget(2L * packets * COST_BYTES).share());
    }

    private static Packet packet(long seq) {
        return new Packet(1, seq, 0, 0, 0, Packet.Kind.VIDEO, 0, Packet.Content.OTHER,
                ByteBuffer.wrap(new byte[BODY_BYTES]));
    }

    private static void add(PacketCache cache, String stream, long... offsets) {
        for (long offset : offsets) {
            cache.add(offset, stream, packet(offset), 0);
        }
    }

    @Test
    void returnsThePacketsOfAStreamByTheirOffset() {
        PacketCache cache = cache(10);
        add(cache, "live/a", 3, 5);
        add(cache, "live/b", 6);
        assertThat(cache.get("live/a", 5).seq()).isEqualTo(5);
        assertThat(cache.get("live/a", 4)).isNull();
        assertThat(cache.get("live/a", 6)).isNull();
        assertThat(cache.get("live/c", 5)).isNull();
    }

    @Test
    void aReleasedPacketFreesItsMemoryOnce() {
        PacketCache cache = cache(10);
        add(cache, "live/a", 1, 2, 3);
        cache.release("live/a", 2);
        cache.release("live/a", 2);
        cache.release("live/b", 3);
        assertThat(cache.bytes()).isEqualTo(2 * COST_BYTES);
        assertThat(cache.get("live/a", 2)).isNull();
        assertThat(cache.get("live/a", 3)).isNotNull();
    }

    @Test
    void theOldestOffsetIsThatOfAnyStream() {
        PacketCache cache = cache(10);
        assertThat(cache.oldestOffset(77)).isEqualTo(77);
        add(cache, "live/a", 1, 2);
        add(cache, "live/b", 3);
        add(cache, "live/a", 4);
        cache.releaseBefore("live/a", 4);
        assertThat(cache.oldestOffset(77)).isEqualTo(3);
        cache.release("live/b", 3);
        assertThat(cache.oldestOffset(77)).isEqualTo(4);
        cache.clear();
        assertThat(cache.oldestOffset(77)).isEqualTo(77);
        assertThat(cache.bytes()).isZero();
    }

    @Test
    void theOldestPacketsAreEvictedBeyondTheShareAndTheHorizon() {
        PacketCache cache = cache(3);
        add(cache, "live/a", 1, 2);
        add(cache, "live/b", 3, 4);
        assertThat(cache.get("live/a", 1)).isNull();
        assertThat(cache.get("live/a", 2)).isNotNull();
        cache.add(5, "live/a", packet(5), PacketCache.HORIZON_MS);
        cache.evict(PacketCache.HORIZON_MS + 1);
        assertThat(cache.oldestOffset(77)).isEqualTo(5);
        assertThat(cache.bytes()).isEqualTo(COST_BYTES);
    }

    @Test
    void theBodyIsACopy() {
        PacketCache cache = cache(1);
        byte[] fetched = new byte[BODY_BYTES];
        cache.add(1, "live/a", packet(1).withBody(ByteBuffer.wrap(fetched)), 0);
        fetched[0] = 1;
        assertThat(cache.get("live/a", 1).body().get(0)).isZero();
    }

    /** Compares with a sorted map for each stream. */
    @Test
    void agreesWithASortedMap() {
        Random random = new Random(16);
        PacketCache cache = cache(1_000_000);
        List<String> names = List.of("live/a", "live/b", "live/c");
        Map<String, TreeMap<Long, Long>> expected = new HashMap<>();
        names.forEach(name -> expected.put(name, new TreeMap<>()));
        for (long offset = 1; offset < 20_000; offset++) {
            String name = names.get(random.nextInt(names.size()));
            add(cache, name, offset);
            expected.get(name).put(offset, offset);
            long other = offset - random.nextInt(600);
            if (random.nextInt(3) > 0) {
                cache.release(name, other);
                expected.get(name).remove(other);
            } else if (random.nextInt(100) == 0) {
                cache.releaseBefore(name, other);
                expected.get(name).headMap(other).clear();
            }
        }
        long oldest = expected.values().stream().filter(map -> !map.isEmpty()).mapToLong(TreeMap::firstKey).min()
                .orElseThrow();
        assertThat(cache.oldestOffset(-1)).isEqualTo(oldest);
        assertThat(cache.bytes()).isEqualTo(expected.values().stream().mapToLong(Map::size).sum() * COST_BYTES);
        for (String name : names) {
            for (long offset = 1; offset < 20_000; offset++) {
                Packet cached = cache.get(name, offset);
                assertThat(cached == null ? null : Long.valueOf(cached.seq()))
                        .isEqualTo(expected.get(name).get(offset));
            }
        }
    }
}
