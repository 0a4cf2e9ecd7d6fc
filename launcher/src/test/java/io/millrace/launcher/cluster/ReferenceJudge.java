package io.millrace.launcher.cluster;

import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.testkit.oracle.Fact;
import io.millrace.testkit.oracle.Oracle;
import io.millrace.testkit.oracle.Violation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges each stream by the oracle of the simulation, which shares no code with production: what its encoder sent, what
 * the log contains, and what edges served. A frame is shown if it is in a segment that an edge served.
 *
 * <p>Order between topics is not known afterwards, so the notices of {@code sessions} are not judged. Confined to one
 * thread.
 */
final class ReferenceJudge {
    private static final Pattern SEGMENT = Pattern.compile(".*/@(\\d+)(?:\\.\\w+)?/ts/(\\d+)\\.ts");
    private static final int SERVED = 0;

    private final Map<String, Log> logs = new TreeMap<>();

    /** What the log contains of one stream. */
    private static final class Log {
        private final List<Entry> packets = new ArrayList<>();
        private final List<SegmentsRecord> segments = new ArrayList<>();
        /** Names of the frames, in the order of the log. */
        private final List<String> names = new ArrayList<>();
        /** The publish that each session belongs to, as far as its frames say. */
        private final Map<Long, Integer> publishes = new HashMap<>();
    }

    /** @param name of the frame; empty if the record is none */
    private record Entry(long offset, PacketsRecord record, String name) {}

    /** What one encoder sent and edges served, by the names of the frames. */
    private record Seen(Map<String, Long> sent, Map<String, Long> epochs, Set<String> optional) {
        long packet(String name) {
            return name.isEmpty() ? Fact.UNNUMBERED : sent.getOrDefault(name, Long.MAX_VALUE);
        }
    }

    static ReferenceJudge read(String kafka, int partitions) {
        ReferenceJudge judge = new ReferenceJudge();
        UndisturbedRun.read(kafka, partitions, Topic.PACKETS, record -> judge.packets(record.key(), record.offset(),
                record.value()));
        UndisturbedRun.read(kafka, partitions, Topic.SEGMENTS, record -> judge.segments(record.key(),
                (SegmentsRecord) record.value()));
        return judge;
    }

    private Log log(String stream) {
        return logs.computeIfAbsent(stream, _ -> new Log());
    }

    /** Adds the next record of {@code segments}. */
    void segments(String stream, SegmentsRecord record) {
        log(stream).segments.add(record);
    }

    /** Adds the next record of {@code packets}. */
    void packets(String stream, long offset, LogRecord record) {
        Log log = log(stream);
        String name = record instanceof Packet packet && !packet.isConfig()
                ? NumberedFrame.names(packet.body()).findFirst().orElse("")
                : "";
        if (!name.isEmpty()) {
            log.names.add(name);
            log.publishes.putIfAbsent(((Packet) record).session(), NumberedFrame.publish(name));
        }
        log.packets.add(new Entry(offset, withoutBody((PacketsRecord) record), name));
    }

    /** A round has minutes of media, whose bytes are not needed here. */
    private static PacketsRecord withoutBody(PacketsRecord record) {
        return record instanceof Packet it
                ? new Packet(it.session(), it.seq(), it.arrivalUs(), it.timestampMs(), it.compositionTimeMs(),
                        it.kind(), it.track(), it.content(), it.bodyFormat(), ByteBuffer.allocate(0))
                : record;
    }

    /** Returns the first promise that is broken for each stream. */
    List<Violation> violations(List<Encoder> encoders, SegmentLedger ledger) {
        List<Violation> found = new ArrayList<>();
        for (Encoder encoder : encoders) {
            Log log = logs.get(encoder.stream());
            if (log != null) {
                violation(encoder, log, ledger.distinct(encoder.stream())).ifPresent(found::add);
            }
        }
        return found;
    }

    private static Optional<Violation> violation(Encoder encoder, Log log, List<SegmentLedger.Fetched> served) {
        String stream = encoder.stream();
        Oracle oracle = new Oracle(true);
        Map<String, Long> sent = new HashMap<>();
        for (int publish = 0; publish < encoder.publishes().size(); publish++) {
            for (String name : encoder.publishes().get(publish).sent()) {
                long packet = Fact.packet(publish, sent.size());
                sent.put(name, packet);
                oracle.watch(new Fact.Sent(stream, publish, packet));
            }
        }
        Map<String, Long> epochs = new HashMap<>();
        for (SegmentLedger.Fetched fetched : served) {
            long epoch = number(fetched.path(), 1);
            fetched.names().forEach(name -> epochs.put(name, epoch));
        }
        Seen seen = new Seen(sent, epochs, Judge.afterHoles(log.names));
        packets(stream, log, seen, oracle);
        log.segments.forEach(record -> oracle.watch(cut(stream, record)));
        for (SegmentLedger.Fetched fetched : served) {
            oracle.watch(new Fact.Served(stream, SERVED, number(fetched.path(), 1), number(fetched.path(), 2),
                    fetched.names().stream().map(seen::packet).toList(),
                    StandardCharsets.US_ASCII.encode(fetched.hash())));
        }
        return oracle.violation();
    }

    private static void packets(String stream, Log log, Seen seen, Oracle oracle) {
        Set<Long> begun = new HashSet<>();
        long running = -1;
        for (Entry entry : log.packets) {
            if (entry.record() instanceof GraceOver it) {
                // Whether the node was told cannot be judged: compaction may have removed the notice.
                oracle.watch(new Fact.Noticed(stream, it.session(), "OVER"));
            }
            oracle.watch(new Fact.Logged(stream, entry.offset(), fact(log, seen, entry)));
            Long epoch = seen.epochs().get(entry.name());
            if (epoch != null) {
                if (begun.add(epoch)) {
                    if (running >= 0) {
                        oracle.watch(new Fact.EpochOver(stream, running));
                    }
                    oracle.watch(new Fact.EpochBegan(stream, epoch));
                    running = epoch;
                }
                Packet packet = (Packet) entry.record();
                oracle.watch(new Fact.Shown(stream, entry.offset(), epoch, packet.session(), packet.seq(),
                        seen.packet(entry.name()), NumberedFrame.isVideo(entry.name()) ? "AVC" : "AAC"));
            } else if (!entry.name().isEmpty() && !seen.optional().contains(entry.name())) {
                oracle.watch(new Fact.Hidden(stream, entry.offset(), entry.name() + " is in no segment"));
            }
        }
    }

    private static Fact.Entry fact(Log log, Seen seen, Entry entry) {
        return switch (entry.record()) {
            case SessionStarted _ -> new Fact.Claim(log.publishes.getOrDefault(entry.offset(), -1));
            case SessionTracks it -> new Fact.Tracks(it.session(), it.tracks().words());
            case Packet it -> new Fact.Media(it.session(), it.seq(), seen.packet(entry.name()));
            case SessionEnded it -> new Fact.End(it.session(), it.reason() == SessionEnded.Reason.SUSPECTED);
            case GraceOver it -> new Fact.GraceOver(it.session());
            case CueRequest it -> throw new IllegalStateException("no operator adds cues here: " + it);
        };
    }

    private static Fact cut(String stream, SegmentsRecord record) {
        ByteBuffer content = ByteBuffer.wrap(LogCodec.encode(record));
        return switch (record) {
            case Cut it -> new Fact.Cut(stream, it.epoch(), it.id().segment(), it.id().part(), it.last(),
                    it.samples().stream().map(sample -> it.packets().offsetOf(sample)).toList(), content);
            case EpochEnded it -> new Fact.CutsEnded(stream, it.epoch(), it.lastSegment(), content);
        };
    }

    private static long number(String path, int group) {
        Matcher matcher = SEGMENT.matcher(path);
        if (!matcher.matches()) {
            throw new AssertionError("not the path of a segment: " + path);
        }
        return Long.parseLong(matcher.group(group));
    }
}
