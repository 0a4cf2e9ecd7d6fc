package io.millrace.segmenter.topology;

import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Sizes;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.segmenter.meters.SegmenterMeters;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** Builds the Kafka Streams topology, which reads {@code packets} and writes {@code segments}, {@code streams} and {@code events}. */
public final class SegmenterTopology {
    static final String SEGMENTS = "segments";
    static final String STREAMS = "streams";
    static final String EVENTS = "events";
    static final String FOLDS = "folds";
    private static final String PACKETS = "packets";
    private static final String CUT = "cut";
    /**
     * Topic settings of the changelog, which Kafka Streams compacts. It contains the small states of each partition's
     * owner.
     */
    private static final Map<String, String> CHANGELOG = Map.of(
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(Sizes.RECORD_BYTES),
            TopicConfig.SEGMENT_BYTES_CONFIG, String.valueOf(4 * Sizes.RECORD_BYTES),
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
    /**
     * Chooses the partition by the stream name alone, without the epoch that a key may contain, so that a stream has
     * the same partition in every topic.
     */
    static final StreamPartitioner<String, byte[]> BY_STREAM = (topic, key, value, partitions) -> Optional
            .of(Set.of(StreamKey.partition(StreamKey.parse(key).stream(), partitions)));

    private SegmenterTopology() {}

    /**
     * Builds the topology.
     *
     * @param committed the positions that the application's consumer has committed
     * @param packets reads {@code packets}, to compare states with the log and to rebuild them
     * @param sent called by the stream thread with the number of records that it has passed to its producer
     */
    public static Topology build(KafkaSettings kafka, SegmenterMeters meters, CommittedPositions committed,
            PacketsLog packets, IntConsumer sent) {
        return new Topology()
                .addSource(PACKETS, new StringDeserializer(), new ByteArrayDeserializer(), kafka.topic(Topic.PACKETS))
                .addProcessor(CUT, () -> new SegmentProcessor(meters, committed, packets, sent), PACKETS)
                .addStateStore(CommitStore.builder(FOLDS, CHANGELOG), CUT)
                .addSink(SEGMENTS, kafka.topic(Topic.SEGMENTS), new StringSerializer(), new ByteArraySerializer(),
                        BY_STREAM, CUT)
                .addSink(STREAMS, kafka.topic(Topic.STREAMS), new StringSerializer(), new ByteArraySerializer(),
                        BY_STREAM, CUT)
                .addSink(EVENTS, kafka.topic(Topic.EVENTS), new StringSerializer(), new ByteArraySerializer(),
                        BY_STREAM, CUT);
    }
}
