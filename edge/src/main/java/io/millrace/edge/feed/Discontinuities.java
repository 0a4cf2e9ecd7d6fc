package io.millrace.edge.feed;

import io.millrace.edge.live.RangePlaylist.Share;
import io.millrace.platform.log.StreamEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** How many discontinuities the epochs of a range have had that come before what is listed. */
final class Discontinuities {
    private Discontinuities() {}

    /** By epoch; nothing if nothing is listed. */
    static CompletableFuture<Map<Long, Long>> before(PastIndex index, List<StreamEntry> epochs, List<Share> listed) {
        CompletableFuture<Map<Long, Long>> known = CompletableFuture.completedFuture(new HashMap<>());
        if (listed.isEmpty()) {
            return known;
        }
        for (StreamEntry epoch : epochs) {
            if (epoch.epoch() < listed.getFirst().epoch().epoch() && epoch.lastSegment() >= 0) {
                known = known.thenCompose(some -> of(index, epoch).thenApply(count -> {
                    some.put(epoch.epoch(), count);
                    return some;
                }));
            }
        }
        return known;
    }

    /** Of an epoch that the index has forgotten its sessions are counted. */
    private static CompletableFuture<Long> of(PastIndex index, StreamEntry epoch) {
        long last = epoch.lastSegment();
        return index.blocks(epoch, last, last, OptionalLong.empty())
                .thenApply(blocks -> blocks.isEmpty() || !blocks.getFirst().contains(last)
                        ? epoch.sessions().size() - 1L
                        : blocks.getFirst().segment(last).discontinuity());
    }
}
