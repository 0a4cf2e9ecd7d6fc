package io.millrace.launcher.cluster;

import io.millrace.packager.mux.SegmentMux;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.timeline.SessionFold;
import io.millrace.platform.timeline.Verdict;
import io.millrace.segmenter.cut.StreamFold;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The expected result of a stream without any fault: the packets topic is read once from its beginning, folded and
 * muxed in this process by the classes that the services use.
 */
final class UndisturbedRun {
    private static final String PREFIX = "millrace.";
    private static final Duration POLL = Duration.ofMillis(200);

    /**
     * @param startMs PROGRAM-DATE-TIME, ms since 1970
     * @param bytes of the whole segment
     */
    record Segment(String path, boolean discontinuous, long startMs, long durationTicks, byte[] bytes) {
        long endMs() {
            return startMs + durationTicks / 90;
        }
    }

    private final String stream;
    private final SessionFold sessions = new SessionFold();
    private final StreamFold fold;
    private final Map<Long, Packet> packets = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Segment> segments = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Set<Long> withFrames = new HashSet<>();
    private SegmentMux mux;
    private ByteArrayOutputStream open;
    private EpochName epoch;
    private boolean discontinuous;
    private long startMs;
    private long durationTicks;

    UndisturbedRun(String stream) {
        this.stream = stream;
        fold = new StreamFold(stream);
    }

    /** All streams of the log, by name. */
    static Map<String, UndisturbedRun> read(String kafka, int partitions) {
        Map<String, UndisturbedRun> runs = new TreeMap<>();
        read(kafka, partitions, Topic.PACKETS, record -> runs.computeIfAbsent(record.key(), UndisturbedRun::new)
                .fold(record.offset(), (PacketsRecord) record.value()));
        return runs;
    }

    /** Reads a topic from its beginning to its present end. */
    static void read(String kafka, int partitions, Topic topic, Consumer<ConsumerRecord<String, LogRecord>> each) {
        KafkaClients clients = new KafkaClients(new KafkaSettings(kafka, PREFIX, partitions, 0, 0, -1, Map.of()));
        try (KafkaConsumer<String, LogRecord> reader = clients.reader("judge")) {
            List<TopicPartition> all = IntStream.range(0, partitions).mapToObj(p -> clients.partition(topic, p))
                    .toList();
            reader.assign(all);
            reader.seekToBeginning(all);
            Map<TopicPartition, Long> ends = reader.endOffsets(all);
            while (all.stream().anyMatch(p -> reader.position(p) < ends.get(p))) {
                reader.poll(POLL).forEach(each);
            }
        }
    }

    /** The frames that count, in log order. */
    List<String> names() {
        return names;
    }

    /** The complete segments. */
    List<Segment> segments() {
        return segments;
    }

    /** Whether the encoder has ended its publish in good order. */
    boolean isLeft() {
        return sessions.state() != SessionFold.State.LIVE;
    }

    /** Whether the stream's epoch has ended. */
    boolean hasEnded() {
        return sessions.state() == SessionFold.State.ENDED;
    }

    /**
     * Number of sessions that have a frame which counts. An encoder that ends while it connects may have taken over with its
     * configurations alone.
     */
    int sessionsWithFrames() {
        return withFrames.size();
    }

    /** Errors while cutting. */
    List<String> failures() {
        return failures;
    }

    /** Folds the next record of the stream. */
    void fold(long offset, PacketsRecord record) {
        Verdict verdict = sessions.fold(offset, record);
        if (record instanceof Packet packet) {
            packets.put(offset, packet);
            if (verdict instanceof Verdict.Counts && !packet.isConfig()) {
                NumberedFrame.names(packet.body()).forEach(names::add);
                withFrames.add(packet.session());
            }
        }
        var step = fold.fold(offset, record);
        if (step.failure() != null) {
            failures.add(stream + " at " + offset + ": " + step.failure());
        }
        step.cuts().forEach(this::mux);
    }

    private void mux(Cut cut) {
        if (cut.id().isFirst()) {
            mux = new SegmentMux(RenditionId.TS, cut);
            open = new ByteArrayOutputStream();
            epoch = new EpochName(cut.id().epoch(), cut.head().rules().nonce());
            discontinuous = cut.head().start().discontinuous();
            startMs = cut.times().programDateTimeMs();
            durationTicks = 0;
        }
        durationTicks += cut.times().durationTicks();
        List<Packet> of = cut.samples().stream().map(s -> packets.get(cut.packets().firstOffset() + s.offsetDelta()))
                .toList();
        ByteBuffer part = mux.mux(cut, of).part().bytes();
        byte[] bytes = new byte[part.remaining()];
        part.duplicate().get(bytes);
        open.writeBytes(bytes);
        if (cut.last()) {
            String path = "/" + stream + "/@" + epoch + "/ts/" + cut.id().segment() + ".ts";
            segments.add(new Segment(path, discontinuous, startMs, durationTicks, open.toByteArray()));
        }
    }
}
