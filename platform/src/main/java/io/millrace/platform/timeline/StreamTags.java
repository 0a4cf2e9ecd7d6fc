package io.millrace.platform.timeline;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * The FLV tags of one stream, from one of the stream's records on: {@link SessionFold} decides which packets count, and
 * {@link TagFold} turns those into tags. Live viewers, viewers of the past, export and replay all use this class, so
 * the tags of a packet are the same for all of them.
 *
 * <p>Times restart in each epoch. The last event of an epoch is its end. Pure; confined to one thread at a time.
 */
public final class StreamTags {
    private final long startOffset;
    private final SessionFold sessions;
    private final LongFunction<Optional<Tracks>> tracksOf;
    private final ChosenTracks chosen;
    private long epoch;
    private Tracks tracks;
    private TagFold tags;
    /** One for each further track. */
    private List<TagFold> further;
    /** The session of the newest packet. */
    private long session = -1;
    /** A frame of the session where decoding may begin has been returned; further tracks begin after it. */
    private boolean entered;

    private StreamTags(long startOffset, SessionFold sessions, long epoch, Tracks tracks,
            LongFunction<Optional<Tracks>> tracksOf, ChosenTracks chosen) {
        this.startOffset = startOffset;
        this.sessions = sessions;
        this.tracksOf = tracksOf;
        this.chosen = chosen;
        begin(epoch, tracks);
    }

    /**
     * Creates the tags of one epoch from a keyframe to its end. Later epochs result in no tags.
     *
     * @param tracks all tracks at the keyframe
     * @param chosen those of which tags are wanted
     */
    public static StreamTags ofEpoch(StreamEntry epoch, Keyframe start, Tracks tracks, ChosenTracks chosen) {
        return from(epoch, start, tracks, _ -> Optional.empty(), chosen);
    }

    /** Creates the tags of the default tracks, as {@link #ofEpoch(StreamEntry, Keyframe, Tracks, ChosenTracks)} does. */
    public static StreamTags ofEpoch(StreamEntry epoch, Keyframe start, Tracks tracks) {
        return ofEpoch(epoch, start, tracks, ChosenTracks.DEFAULT);
    }

    /**
     * Creates the tags from a keyframe on, across epochs.
     *
     * @param tracks all tracks at the keyframe
     * @param tracksOf returns all tracks at the beginning of a later epoch; empty to skip that epoch
     * @param chosen those of which tags are wanted
     */
    public static StreamTags from(StreamEntry epoch, Keyframe start, Tracks tracks,
            LongFunction<Optional<Tracks>> tracksOf, ChosenTracks chosen) {
        return new StreamTags(start.offset(), SessionFold.join(epoch, start, tracks.set()), epoch.epoch(), tracks,
                tracksOf, chosen);
    }

    /**
     * Creates the tags from the beginning of an epoch on, across epochs.
     *
     * @param epoch number of the epoch, which contains the offset of its first claim
     * @param tracks all tracks at the beginning of the epoch
     * @param tracksOf as in {@link #from}
     * @param chosen those of which tags are wanted
     */
    public static StreamTags fromBeginning(long epoch, Tracks tracks, LongFunction<Optional<Tracks>> tracksOf,
            ChosenTracks chosen) {
        return new StreamTags(SessionStarted.offset(epoch), new SessionFold(), epoch, tracks, tracksOf, chosen);
    }

    /** Creates the tags of the default tracks, as the method above does. */
    public static StreamTags from(StreamEntry epoch, Keyframe start, Tracks tracks,
            LongFunction<Optional<Tracks>> tracksOf) {
        return from(epoch, start, tracks, tracksOf, ChosenTracks.DEFAULT);
    }

    /** Creates the tags of the default tracks, as the method above does. */
    public static StreamTags fromBeginning(long epoch, Tracks tracks, LongFunction<Optional<Tracks>> tracksOf) {
        return fromBeginning(epoch, tracks, tracksOf, ChosenTracks.DEFAULT);
    }

    private void begin(long number, Tracks with) {
        epoch = number;
        tracks = with.choose(chosen);
        tags = new TagFold(tracks, chosen);
        further = chosen.further().stream().map(track -> furtherFold(with, track)).toList();
    }

    private static TagFold furtherFold(Tracks all, TrackId track) {
        ChosenTracks alone = ChosenTracks.of(List.of(track));
        return new TagFold(all.choose(alone), alone);
    }

    /** Folds the stream's next record; records before the start are skipped. */
    public List<TagEvent> fold(long offset, PacketsRecord record) {
        if (offset < startOffset) {
            return List.of();
        }
        Verdict verdict = sessions.fold(offset, record);
        List<TagEvent> end = List.of();
        for (SessionEvent event : verdict.events()) {
            switch (event) {
                // Another epoch may begin with the same record.
                case SessionEvent.EpochOver _ -> end = List.of(new TagEvent.End(TagEvent.Reason.EPOCH_OVER));
                case SessionEvent.EpochBegan began when began.epoch() != epoch ->
                    tracksOf.apply(began.epoch()).ifPresent(with -> begin(began.epoch(), with));
                case SessionEvent.EpochBegan _,SessionEvent.TookOver _,SessionEvent.Left _,SessionEvent.Returned _ -> {
                    // The tags continue in the same epoch.
                }
            }
        }
        return verdict instanceof Verdict.Counts counts && record instanceof Packet packet && counts.epoch() == epoch
                ? fold(packet, counts.timeMs())
                : end;
    }

    private List<TagEvent> fold(Packet packet, long timeMs) {
        List<TagEvent> main = tags.fold(packet, timeMs);
        if (further.isEmpty()) {
            return main;
        }
        if (packet.session() != session) {
            session = packet.session();
            entered = false;
        }
        entered |= main.stream().anyMatch(event -> event instanceof TagEvent.Frame);
        List<TagEvent> all = new ArrayList<>(main);
        for (TagFold each : further) {
            each.fold(packet, timeMs).stream().filter(event -> entered || !(event instanceof TagEvent.Frame))
                    .map(StreamTags::withoutLead).forEach(all::add);
        }
        return all;
    }

    private static TagEvent withoutLead(TagEvent event) {
        return event instanceof TagEvent.Frame(var tag, boolean entry, _, int track)
                ? new TagEvent.Frame(tag, entry, false, track)
                : event;
    }

    /** Returns the offset in {@code packets} of the first record that must be folded. */
    public long startOffset() {
        return startOffset;
    }

    /**
     * Returns the packet that was folded last as a place where a reader can start.
     *
     * @param offset its offset
     */
    public Keyframe start(long offset) {
        return new Keyframe(sessions.session(), offset, sessions.timestampOffsetMs());
    }

    /** Returns the number of the epoch of the newest tags. */
    public long epoch() {
        return epoch;
    }

    /** Returns the chosen tracks where the tags start, or at the beginning of {@link #epoch} if that is later. */
    public Tracks tracks() {
        return tracks;
    }

    /** Returns whether the publisher is connected. */
    public boolean isLive() {
        return sessions.state() == SessionFold.State.LIVE;
    }

    /** Returns whether the newest epoch has ended, so that nothing follows unless another epoch begins. */
    public boolean isOver() {
        return sessions.state() == SessionFold.State.ENDED || sessions.state() == SessionFold.State.NONE;
    }

    /**
     * Returns the sequence headers of the main tracks in force, video first, with timestamp 0: the same list object
     * until one of them changes.
     */
    public List<FlvTag> headers() {
        return tags.headers();
    }

    /** Returns the sequence headers in force of all chosen tracks, with timestamp 0, those of the main tracks first. */
    public List<TagEvent.Config> configs() {
        return Stream.concat(Stream.of(tags), further.stream()).flatMap(fold -> fold.configs().stream()).toList();
    }
}
