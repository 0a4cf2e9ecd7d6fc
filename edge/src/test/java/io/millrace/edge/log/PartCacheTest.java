package io.millrace.edge.log;

import com.github.benmanes.caffeine.cache.Cache;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
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
    void holdsPartsUpToItsLimitAndReleasesOneForOneMore() {
        Cache<PartReader.PartKey, PartReader.CachedPart> cache = PartReader.cache(PARTS * PART_BYTES).build();
        List<ByteBuf> parts = new ArrayList<>();
        for (int i = 0; i <= PARTS; i++) {
            assertThat(parts).as("at the limit").allMatch(part -> part.refCnt() == 1);
            parts.add(Unpooled.wrappedBuffer(new byte[PART_BYTES]));
            cache.put(
                    new PartReader.PartKey("live/show", RenditionId.TS, new PartId(17, i, 0),
                            new PartPlace(i, PART_BYTES)),
                    new PartReader.CachedPart(parts.getLast(), 0));
            cache.cleanUp();
        }
        assertThat(parts).as("one past it").filteredOn(part -> part.refCnt() == 1).hasSize(PARTS);
        cache.invalidateAll();
        assertThat(parts).allMatch(part -> part.refCnt() == 0);
    }
}
