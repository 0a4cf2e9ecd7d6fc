package io.millrace.edge.live;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.session.SessionEvent;
import io.millrace.platform.session.SessionFold;
import io.millrace.platform.session.Verdict;
import java.util.List;

/**
 * The tags of one epoch from one of its packets on, to its end: the same for who watches live and for who reads the same
 * packets a day later. Pure; confined to one thread at a time.
 */
public final class EpochTags {
    private final long epoch;
    private final long startOffset;
    private final SessionFold sessions;
    private final FlvFold tags;

    /**
     * @param tracks what viewers are told at the start
     * @param start a packet that counts
     */
    public EpochTags(StreamEntry epoch, Tracks tracks, Keyframe start) {
        this.epoch = epoch.epoch();
        startOffset = start.offset();
        sessions = SessionFold.join(epoch, start.session(), start.timestampOffsetMs(), start.offset());
        tags = new FlvFold(tracks);
    }

    /** The stream's next record; those before the start are passed over. The last event of an epoch is its end. */
    public List<FlvEvent> fold(long offset, PacketsRecord record) {
        if (offset < startOffset) {
            return List.of();
        }
        Verdict verdict = sessions.fold(offset, record);
        if (verdict.events().stream().anyMatch(SessionEvent.EpochOver.class::isInstance)) {
            return List.of(new FlvEvent.End("epoch_over"));
        }
        return verdict instanceof Verdict.Counts counts && record instanceof Packet packet && counts.epoch() == epoch
                ? tags.fold(packet, counts.timeMs())
                : List.of();
    }

    /** Whether the publisher is there. */
    public boolean isLive() {
        return sessions.state() == SessionFold.State.LIVE;
    }

    /** Packets are missing: goes on with the next keyframe. */
    public void skip() {
        tags.awaitKeyframe();
    }

    /** See {@link FlvFold#headers}. */
    public List<FlvTag> headers() {
        return tags.headers();
    }
}
