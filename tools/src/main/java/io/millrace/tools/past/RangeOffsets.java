package io.millrace.tools.past;

import io.millrace.platform.UserError;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.past.Cuts;
import io.millrace.platform.past.Moment;
import io.millrace.platform.past.Moments;
import io.millrace.platform.past.ReadBudget;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.StreamTags;
import io.millrace.platform.timeline.Tracks;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the start and end offsets in {@code packets} of a range of one stream. Each call blocks; confined to the log's
 * thread.
 */
final class RangeOffsets {
    private final PastLog log;
    private final String stream;
    /** The retained epochs, oldest first; at least one. */
    private List<StreamEntry> epochs;
    private final Moments moments;
    private final Cuts cuts;
    private final TrackList list;
    /** All tracks at the start, and those chosen among them; null until the start is found. */
    private Tracks available;
    private ChosenTracks chosen;
    /** The epoch at the start; null until the start is found. */
    private StreamEntry first;

    RangeOffsets(PastLog log, String stream, TrackList list) {
        this.log = log;
        this.list = list;
        this.stream = stream;
        epochs = log.epochs(stream);
        moments = new Moments(log.kafka(), log.reader());
        cuts = new Cuts(log.kafka(), log.reader());
    }

    /**
     * Returns the tags from the keyframe at or before the start of the range. If the range has no start, returns the
     * tags from the first retained keyframe of the newest epoch, or of the epoch that contains the end of the range.
     */
    StreamTags start(LogRange range) {
        try {
            return range.from().isPresent()
                    ? at(range.from().get().toEpochMilli())
                    : beginning(broadcast(range));
        } catch (KafkaException e) {
            throw log.unreadable(e);
        }
    }

    /** Returns the tags from the oldest keyframe that is retained now. */
    StreamTags oldest() {
        epochs = log.epochs(stream);
        return at(0);
    }

    /** Returns the newest epoch or, if the range has an end, the newest epoch that began before the end. */
    private StreamEntry broadcast(LogRange range) {
        if (range.to().isEmpty()) {
            return epochs.getLast();
        }
        long toMs = range.to().get().toEpochMilli();
        return epochs.reversed().stream().filter(epoch -> epoch.span().startedAtMs() < toMs).findFirst()
                .orElseThrow(() -> new UserError("no media of " + stream + " is retained from before "
                        + range.to().get() + "; see ./millrace sessions " + stream));
    }

    private StreamTags beginning(StreamEntry epoch) {
        TopicPartition packets = log.partition(Topic.PACKETS, stream);
        if (log.reader().beginning(packets) <= SessionStarted.offset(epoch.epoch())) {
            Tracks tracks = firstTracks(epoch);
            return StreamTags.fromBeginning(epoch.epoch(), tracks, this::firstTracks, choose(epoch, tracks));
        }
        return at(epoch.span().startedAtMs());
    }

    private Optional<Tracks> firstTracks(long epoch) {
        // An epoch that began after the search for the range is not among the epochs.
        return epochs.stream().filter(each -> each.epoch() == epoch).findFirst()
                .or(() -> log.directory().epoch(stream, epoch)).map(this::firstTracks)
                .or(() -> Optional.of(new Tracks(null, null)));
    }

    /** Returns the tracks at the beginning of an epoch, or of the epoch's retained media. */
    private Tracks firstTracks(StreamEntry epoch) {
        return moments.find(List.of(epoch), epoch.span().startedAtMs(), Topic.PACKETS) instanceof Moment.At at
                ? cuts.tracks(epoch, at.entry(), ReadBudget.unlimited())
                : Tracks.of(epoch.session().tracks());
    }

    private StreamTags at(long timeMs) {
        return switch (moments.find(epochs, timeMs, Topic.PACKETS)) {
            case Moment.At(long _, IndexEntry entry) -> join(entry);
            case Moment.NotYet _ -> throw new UserError("no media of " + stream + " is retained from "
                    + Instant.ofEpochMilli(timeMs) + " on; see ./millrace sessions " + stream);
        };
    }

    private StreamTags join(IndexEntry entry) {
        StreamEntry epoch = epochs.stream().filter(each -> each.epoch() == entry.id().epoch()).findFirst()
                .orElseThrow();
        Tracks tracks = cuts.tracks(epoch, entry, ReadBudget.unlimited());
        return StreamTags.from(epoch, entry.keyframe(), tracks, this::firstTracks, choose(epoch, tracks));
    }

    /** Returns the choice, which is made once: among the tracks at the start. */
    private ChosenTracks choose(StreamEntry epoch, Tracks tracks) {
        if (chosen == null) {
            first = epoch;
            available = tracks;
            chosen = list.of(stream, tracks);
        }
        return chosen;
    }

    /** Returns the chosen tracks. Called after {@link #start}. */
    ChosenTracks chosen() {
        return chosen;
    }

    /** Returns the tracks of the epoch at the start as its directory entry lists them. Called after {@link #start}. */
    List<Track> listed() {
        return first.session().tracks();
    }

    /** Returns the tracks at the start that are not chosen. Called after {@link #start}. */
    List<TrackId> omitted() {
        return available.all().stream().filter(track -> !chosen.all().contains(track)).toList();
    }

    /**
     * Returns the offset of the first packet after the range; empty if the range has no end, or its end is not in the
     * log yet.
     */
    OptionalLong end(LogRange range) {
        if (range.to().isEmpty()) {
            return OptionalLong.empty();
        }
        long toMs = range.to().get().toEpochMilli();
        try {
            return switch (moments.find(epochs, toMs, Topic.PACKETS)) {
                case Moment.At(long _, IndexEntry entry) when entry.times().programDateTimeMs() >= toMs ->
                    OptionalLong.of(entry.keyframe().offset());
                case Moment.At(long _, IndexEntry entry) ->
                    cuts.packetAt(stream, entry, toMs, ReadBudget.unlimited());
                case Moment.NotYet _ -> OptionalLong.empty();
            };
        } catch (KafkaException e) {
            throw log.unreadable(e);
        }
    }
}
