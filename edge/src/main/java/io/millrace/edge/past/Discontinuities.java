package io.millrace.edge.past;

import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RangePlaylist.Share;
import io.millrace.platform.directory.StreamDirectory;
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
    static Map<Long, Long> before(PlaylistAssembler assembler, List<StreamEntry> epochs, List<Share> listed) {
        Map<Long, Long> counts = new HashMap<>();
        for (StreamEntry epoch : epochs) {
            if (epoch.epoch() < listed.getFirst().epoch().epoch() && epoch.playlist().lastSegment() >= 0) {
                counts.put(epoch.epoch(), of(assembler, epoch));
            }
        }
        return counts;
    }

    /** Counts sessions instead if the index of the epoch has expired. */
    private static long of(PlaylistAssembler assembler, StreamEntry epoch) {
        long last = epoch.playlist().lastSegment();
        List<PlaylistBlock> blocks = assembler.blocks(epoch, last, last, OptionalLong.empty());
        return blocks.isEmpty() || !blocks.getFirst().contains(last)
                ? StreamDirectory.sessions(epoch) - 1L
                : blocks.getFirst().segment(last).start().discontinuity();
    }
}
