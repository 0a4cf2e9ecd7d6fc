package io.millrace.edge.past;

import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RangePlaylist.Share;
import io.millrace.platform.log.StreamEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Counts the discontinuities of each epoch of a range before the first segment that is listed. */
final class Discontinuities {
    private Discontinuities() {}

    /**
     * Returns the counts by epoch. Blocks.
     *
     * @param listed at least one
     */
    static Map<Long, Long> before(PastIndex index, List<StreamEntry> epochs, List<Share> listed) {
        Map<Long, Long> counts = new HashMap<>();
        for (StreamEntry epoch : epochs) {
            if (epoch.epoch() < listed.getFirst().epoch().epoch() && epoch.playlist().hasSegments()) {
                counts.put(epoch.epoch(), of(index, epoch));
            }
        }
        return counts;
    }

    /** Counts sessions instead if the index of the epoch has expired. */
    private static long of(PastIndex index, StreamEntry epoch) {
        long last = epoch.playlist().lastSegment();
        List<PlaylistBlock> blocks = index.blocks(epoch, last, last, OptionalLong.empty());
        return blocks.isEmpty() || !blocks.getFirst().contains(last)
                ? epoch.sessions().size() - 1L
                : blocks.getFirst().segment(last).start().discontinuity();
    }
}
