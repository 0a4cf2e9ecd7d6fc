package io.millrace.edge.log;

import com.github.benmanes.caffeine.cache.Cache;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PartCacheTest {
    private static final int PARTS = 5;
    private static final int PART_BYTES = 100;

    @Test
    void evictsPartBeyondLimit() {
        Cache<PartReader.PartKey, ByteBuf> cache = PartReader.cache(PARTS * PART_BYTES).build();
        List<ByteBuf> parts = new ArrayList<>();
        for (int i = 0; i <= PARTS; i++) {
            assertThat(parts).as("at the limit").allMatch(part -> part.refCnt() == 1);
            parts.add(Unpooled.wrappedBuffer(new byte[PART_BYTES]));
            cache.put(new PartReader.PartKey(0, i), parts.getLast());
            cache.cleanUp();
        }
        assertThat(parts).as("one past it").filteredOn(part -> part.refCnt() == 1).hasSize(PARTS);
        cache.invalidateAll();
        assertThat(parts).allMatch(part -> part.refCnt() == 0);
    }
}
