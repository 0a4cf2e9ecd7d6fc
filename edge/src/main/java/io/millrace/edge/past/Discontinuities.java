package io.millrace.edge.past;

import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RangePlaylist.Share;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Counts the discontinuities of the epochs that precede the first listed epoch of a range. */
final class Discontinuities {
    private Discontinuities() {}

    /**
     * Returns the counts by epoch number, for the epochs that have segments. Blocks.
     *
     * @param epochs all epochs of the range, oldest first
     * @param listed the shares that are listed, at least one
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

    /** Returns the count of an epoch; the number of its sessions minus one if its index has expired. */
    private static long of(PlaylistAssembler assembler, StreamEntry epoch) {
        long last = epoch.playlist().lastSegment();
        List<PlaylistBlock> blocks = assembler.blocks(epoch, last, last, OptionalLong.empty());
        return blocks.isEmpty() || !blocks.getFirst().contains(last)
                ? StreamDirectory.sessions(epoch) - 1L
                : blocks.getFirst().segment(last).start().discontinuity();
    }
}
