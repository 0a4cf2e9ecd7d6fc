package io.millrace.launcher.past;

import io.millrace.edge.live.Directory;
import io.millrace.edge.live.SessionSpan;
import io.millrace.launcher.settings.ClusterOptions;
import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Unreachable;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moments;
import io.millrace.platform.past.RangeReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A Millrace's log for commands that only read it, with or without a Millrace at work. Blocks; confined to one thread.
 *
 * <p>Whatever goes wrong with the cluster is a {@link UserError} of one line.
 */
public final class PastLog implements AutoCloseable {
    /** What answers at all answers sooner. */
    private static final long ANSWER_SECONDS = 10;
    private static final String CLIENT = "millrace-past";

    private final KafkaClients kafka;
    private final RangeReader reader;

    private PastLog(KafkaClients kafka) {
        this.kafka = kafka;
        reader = new RangeReader(kafka.seeker(CLIENT, Map.of()));
    }

    /** Opens the log that the flags name. */
    public static PastLog open(ClusterOptions cluster) {
        KafkaSettings asked = cluster.kafka(1);
        try {
            return new PastLog(new KafkaClients(cluster.kafka(partitions(asked))));
        } catch (KafkaException e) {
            // Thrown by the client's constructor: a host that has no address, a bad pass-through setting.
            throw Unreachable.error(asked, e);
        }
    }

    /** As many as the topics have: who only reads need not be told. */
    private static int partitions(KafkaSettings asked) {
        String topic = asked.topic(Topic.STREAMS);
        try (Admin admin = new KafkaClients(asked).admin(CLIENT)) {
            Map<String, TopicDescription> found = admin.describeTopics(List.of(topic)).allTopicNames()
                    .get(ANSWER_SECONDS, TimeUnit.SECONDS);
            return found.get(topic).partitions().size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new UserError("there is no Millrace log on the Kafka at " + asked.bootstrapServers()
                        + ": it has no topic " + topic + "; name the right one with --kafka and --topic-prefix", e);
            }
            throw Unreachable.error(asked, e.getCause());
        } catch (TimeoutException e) {
            throw Unreachable.error(asked, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while the log was opened", e);
        }
    }

    /** What a read that failed means for people. */
    UserError unreadable(KafkaException e) {
        return new UserError("cannot read the log on the Kafka at " + kafka.settings().bootstrapServers() + ": "
                + e.getMessage() + "; look at the broker's log and try again", e);
    }

    KafkaClients kafka() {
        return kafka;
    }

    RangeReader reader() {
        return reader;
    }

    TopicPartition partition(Topic topic, String stream) {
        return kafka.partition(topic, kafka.partitionOf(stream));
    }

    /** Every stream as the directory tells of it now. */
    public Directory directory() {
        Directory directory = new Directory();
        try {
            for (int partition = 0; partition < kafka.settings().partitions(); partition++) {
                TopicPartition of = kafka.partition(Topic.STREAMS, partition);
                reader.read(of, reader.beginning(of), reader.end(of), record -> put(record, directory));
            }
        } catch (KafkaException e) {
            throw unreadable(e);
        }
        return directory;
    }

    private static boolean put(ConsumerRecord<String, LogRecord> record, Directory directory) {
        if (record.value() instanceof StreamEntry entry) {
            directory.put(entry);
        } else if (record.value() == null) {
            StreamKey key = StreamKey.parse(record.key());
            directory.remove(key.stream(), key.number());
        }
        return true;
    }

    /** Every retained epoch of a stream, oldest first; at least one. */
    public List<StreamEntry> epochs(String stream) {
        Directory directory = directory();
        List<StreamEntry> epochs = directory.history(stream);
        if (!epochs.isEmpty()) {
            return epochs;
        }
        throw new UserError(switch (directory.presence(stream)) {
            case EXPIRED -> "nothing of " + stream + " is retained any more; see what is: ./millrace streams";
            case UNKNOWN, KNOWN ->
                "there is no stream " + stream + " in the log; see what there is: ./millrace streams";
        });
    }

    /** Every session of a stream of which something is retained, oldest first: what the API lists. */
    public List<SessionSpan> sessions(String stream) {
        List<StreamEntry> epochs = epochs(stream);
        try {
            long fromMs = new Moments(kafka, reader).retainedFromMs(kafka.partitionOf(stream), Topic.PARTS)
                    .orElse(Long.MAX_VALUE);
            return SessionSpan.of(epochs).stream().filter(span -> span.endMs() >= fromMs).toList();
        } catch (KafkaException e) {
            throw unreadable(e);
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
