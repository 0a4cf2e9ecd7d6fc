package io.millrace.launcher.past;

import io.millrace.edge.live.Tracks;
import io.millrace.launcher.settings.RangeOptions.Range;
import io.millrace.platform.UserError;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.millrace.platform.past.Moments;
import io.millrace.platform.session.SessionFold;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Finds where a range of a stream begins and ends in {@code packets}. Blocks; confined to the thread of its log. */
final class Places {
    /** A part is written down so long after its segment began, at most: twice the longest segment. */
    private static final long FIRST_SPAN_MS = 120_000;
    private static final int DEEPER = 8;

    private final PastLog log;
    private final String stream;
    private final List<StreamEntry> epochs;
    private final Moments moments;

    /** @param epochs all that are retained, oldest first; at least one */
    Places(PastLog log, String stream, List<StreamEntry> epochs) {
        this.log = log;
        this.stream = stream;
        this.epochs = epochs;
        moments = new Moments(log.kafka(), log.reader());
    }

    /** The keyframe at or before the start; without one the first that is retained of the broadcast that is meant. */
    Place start(Range range) {
        try {
            return range.from().isPresent()
                    ? at(range.from().get().toEpochMilli())
                    : beginning(broadcast(range));
        } catch (KafkaException e) {
            throw log.unreadable(e);
        }
    }

    /** The oldest keyframe that is retained. */
    Place oldest() {
        return at(0);
    }

    /** The newest epoch, or the one that the end is in. */
    private StreamEntry broadcast(Range range) {
        if (range.to().isEmpty()) {
            return epochs.getLast();
        }
        long toMs = range.to().get().toEpochMilli();
        return epochs.reversed().stream().filter(epoch -> epoch.startedAtMs() < toMs).findFirst()
                .orElseThrow(() -> new UserError("nothing of " + stream + " is retained from before "
                        + range.to().get() + "; what is: ./millrace sessions " + stream));
    }

    private Place beginning(StreamEntry epoch) {
        TopicPartition packets = log.partition(Topic.PACKETS, stream);
        if (log.reader().beginning(packets) <= epoch.epoch()) {
            // The number of an epoch is where its first claim is.
            return new Place(epoch.epoch(), new SessionFold(), firstTracks(epoch));
        }
        return at(epoch.startedAtMs());
    }

    /** What is sent at the beginning of an epoch, or of what is retained of it. */
    Tracks firstTracks(StreamEntry epoch) {
        return moments.find(stream, epoch.startedAtMs(), Topic.PACKETS) instanceof Moment.At(long _, IndexEntry entry)
                && entry.epoch() == epoch.epoch() ? tracks(epoch, entry) : Tracks.of(epoch.tracks());
    }

    private Place at(long timeMs) {
        return switch (moments.find(stream, timeMs, Topic.PACKETS)) {
            case Moment.At(long _, IndexEntry entry) -> join(entry);
            case Moment.NotYet _ -> throw new UserError("nothing of " + stream + " is retained from "
                    + Instant.ofEpochMilli(timeMs) + " on; what is: ./millrace sessions " + stream);
        };
    }

    private Place join(IndexEntry entry) {
        StreamEntry epoch = epochs.stream().filter(each -> each.epoch() == entry.epoch()).findFirst()
                .orElseThrow(() -> new UserError("the index of " + stream + " names an epoch that the directory does"
                        + " not have (" + entry.epoch() + "); is a segmenter running?"));
        SessionFold sessions = SessionFold.join(epoch, entry.session(), entry.timestampOffsetMs(),
                entry.keyframeOffset());
        return new Place(entry.keyframeOffset(), sessions, tracks(epoch, entry));
    }

    /** What is sent there; the directory knows only what was sent last. */
    private Tracks tracks(StreamEntry epoch, IndexEntry entry) {
        CutSearch search = search(entry, CutSearch.head(entry));
        return search.head() == null ? Tracks.of(epoch.tracks()) : Tracks.of(tracks(search.head()));
    }

    private static List<StreamEntry.Track> tracks(Cut.SegmentHead head) {
        List<StreamEntry.Track> tracks = new ArrayList<>(2);
        track(Packet.Kind.VIDEO, head.videoCodec(), head.videoConfig(), tracks);
        track(Packet.Kind.AUDIO, head.audioCodec(), head.audioConfig(), tracks);
        return tracks;
    }

    private static void track(Packet.Kind kind, String codec, ByteBuffer config, List<StreamEntry.Track> tracks) {
        if (codec != null && config != null) {
            tracks.add(new StreamEntry.Track(0, kind, codec, config));
        }
    }

    /** Offset of the first packet that is not in the range any more; empty if that is not in the log yet. */
    OptionalLong end(Range range) {
        if (range.to().isEmpty()) {
            return OptionalLong.empty();
        }
        long toMs = range.to().get().toEpochMilli();
        try {
            return switch (moments.find(stream, toMs, Topic.PACKETS)) {
                case Moment.At(long _, IndexEntry entry) when entry.programDateTimeMs() >= toMs ->
                    OptionalLong.of(entry.keyframeOffset());
                case Moment.At(long _, IndexEntry entry) -> search(entry, CutSearch.end(entry, toMs)).end();
                case Moment.NotYet _ -> OptionalLong.empty();
            };
        } catch (KafkaException e) {
            throw log.unreadable(e);
        }
    }

    /** Reads the cuts around {@code entry}, from further and further back until it is found or nothing older is left. */
    private CutSearch search(IndexEntry entry, CutSearch fresh) {
        TopicPartition segments = log.partition(Topic.SEGMENTS, stream);
        long oldest = log.reader().beginning(segments);
        long end = log.reader().end(segments);
        long arrivalMs = entry.arrivalUs() / 1_000;
        for (long spanMs = FIRST_SPAN_MS;; spanMs *= DEEPER) {
            long from = log.reader().offsetAt(segments, arrivalMs - spanMs);
            CutSearch search = fresh.again();
            log.reader().read(segments, from, end, record -> !stream.equals(record.key())
                    || !(record.value() instanceof Cut cut) || search.fold(cut));
            if (search.head() != null && search.isReached() || from <= oldest) {
                return search;
            }
        }
    }
}
