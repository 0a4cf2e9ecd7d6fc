package io.millrace.edge.fanout;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.StreamTags;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.platform.timeline.Tracks;
import java.util.List;

/**
 * Folds the records of one epoch (a publish, and those that continue it within the grace period) into tags, from a
 * keyframe on, and publishes the tags. Confined to the packet feed's thread.
 */
final class ChannelFold {
    private final StreamTags tags;
    private final FlvBroadcast broadcast;
    /** See {@link #foldedTo()}. */
    private long foldedTo;
    /** See {@link #lastSession()}. */
    private long lastSession;

    /**
     * @param tracks all tracks at {@code start}
     * @param chosen those that viewers receive
     * @param start where viewers begin: a keyframe, or the first packet of a session
     */
    ChannelFold(StreamEntry entry, Tracks tracks, ChosenTracks chosen, Keyframe start, FlvBroadcast broadcast) {
        tags = StreamTags.ofEpoch(entry, start, tracks, chosen);
        this.broadcast = broadcast;
        foldedTo = start.offset();
    }

    /** Folds the next record. Returns false if the epoch ends with it. */
    boolean fold(FlvChannel.At at) {
        long arrivalUs = 0;
        switch (at.record()) {
            case Packet packet -> {
                arrivalUs = packet.arrivalUs();
                lastSession = packet.session();
            }
            case SessionTracks announced -> lastSession = announced.session();
            case SessionStarted _,SessionEnded _,GraceOver _,CueRequest _ -> {
                // A session that has only started has not taken the stream over yet: its first packet or tracks do.
            }
        }
        foldedTo = at.offset() + 1;
        boolean wasLive = tags.isLive();
        List<TagEvent> events = tags.fold(at.offset(), at.record());
        if (wasLive != tags.isLive()) {
            broadcast.notice(tags.isLive(), at.offset(), tags.headers());
        }
        for (TagEvent event : events) {
            switch (event) {
                case TagEvent.Media media -> broadcast.publish(media, at.offset(), arrivalUs, tags.headers());
                case TagEvent.End _ -> {
                    return false;
                }
            }
        }
        return true;
    }

    /** Returns whether the publisher is connected. */
    boolean isLive() {
        return tags.isLive();
    }

    /** Returns the sequence headers in force. */
    List<FlvTag> headers() {
        return tags.headers();
    }

    /** Returns the offset after the last folded record of the stream; before the first, the offset of the start. */
    long foldedTo() {
        return foldedTo;
    }

    /** Returns the session of the newest folded packet or tracks; 0 if there was none. */
    long lastSession() {
        return lastSession;
    }
}
