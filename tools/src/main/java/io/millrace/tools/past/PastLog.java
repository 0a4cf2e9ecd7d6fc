package io.millrace.tools.past;

import io.millrace.platform.UserError;
import io.millrace.platform.directory.SessionSpan;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Unreachable;
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
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Access to the log for commands, whether or not a Millrace node is running. Each call blocks; confined to the thread of
 * the command.
 *
 * <p>If the Kafka cluster fails, the methods of this class throw a {@link UserError} with a one-line message. Reads
 * through {@link #reader} and {@link #kafka} throw Kafka's own exceptions.
 */
public final class PastLog implements AutoCloseable {
    /** How long the cluster may take to describe a topic. */
    private static final long ANSWER_SECONDS = 10;
    private static final String CLIENT = "millrace-past";

    private final KafkaClients kafka;
    private final RangeReader reader;

    private PastLog(KafkaClients kafka) {
        this.kafka = kafka;
        reader = new RangeReader(kafka.seeker(CLIENT, Map.of()));
    }

    /**
     * Opens the log. Reads the number of partitions from the topics, and ignores the number in {@code asked}.
     *
     * @throws UserError if the cluster cannot be reached within 10 s, or contains no Millrace log
     */
    public static PastLog open(KafkaSettings asked) {
        try {
            return new PastLog(new KafkaClients(asked.withPartitions(partitions(asked))));
        } catch (KafkaException e) {
            // Thrown by the client's constructor: a host name without an address, an invalid client setting.
            throw Unreachable.error(asked, e);
        }
    }

    /** Returns the number of partitions, which is the same for all topics. */
    private static int partitions(KafkaSettings asked) {
        String topic = asked.topic(Topic.STREAMS);
        try (Admin admin = new KafkaClients(asked).admin(CLIENT)) {
            Map<String, TopicDescription> found = admin.describeTopics(List.of(topic)).allTopicNames()
                    .get(ANSWER_SECONDS, TimeUnit.SECONDS);
            return found.get(topic).partitions().size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new UserError("there is no Millrace log on Kafka at " + asked.bootstrapServers()
                        + ": topic " + topic + " is missing; name the cluster with --kafka and --topic-prefix", e);
            }
            throw Unreachable.error(asked, e.getCause());
        } catch (TimeoutException e) {
            throw Unreachable.error(asked, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while opening the log", e);
        }
    }

    /** Returns the error that tells the user why a read through {@link #reader} has failed. */
    UserError unreadable(KafkaException e) {
        return new UserError("cannot read the log on Kafka at " + kafka.settings().bootstrapServers() + ": "
                + e.getMessage() + "; check the broker's log and try again", e);
    }

    /** Returns the Kafka clients of this log. */
    public KafkaClients kafka() {
        return kafka;
    }

    /** Returns the reader that this object uses itself, for calls on the same thread. {@link #close} closes it. */
    public RangeReader reader() {
        return reader;
    }

    TopicPartition partition(Topic topic, String stream) {
        return kafka.partition(topic, kafka.partitionOf(stream));
    }

    /** Reads the whole {@code streams} topic, and returns the directory of all streams as of now. */
    public StreamDirectory directory() {
        StreamDirectory directory = new StreamDirectory();
        try {
            for (int partition = 0; partition < kafka.settings().partitions(); partition++) {
                TopicPartition of = kafka.partition(Topic.STREAMS, partition);
                reader.read(of, reader.beginning(of), reader.end(of), record -> {
                    DirectoryRecords.apply(record, directory);
                    return true;
                });
            }
        } catch (KafkaException e) {
            throw unreadable(e);
        }
        return directory;
    }

    /**
     * Returns the retained epochs of a stream, oldest first; at least one.
     *
     * @throws UserError if the stream does not exist or is no longer retained
     */
    public List<StreamEntry> epochs(String stream) {
        StreamDirectory directory = directory();
        List<StreamEntry> epochs = directory.history(stream);
        if (!epochs.isEmpty()) {
            return epochs;
        }
        throw new UserError(switch (directory.presence(stream)) {
            case EXPIRED -> "stream " + stream + " is no longer retained; list streams with ./millrace streams";
            case UNKNOWN, KNOWN ->
                "there is no stream " + stream + " in the log; list streams with ./millrace streams";
        });
    }

    /**
     * Returns the sessions of a stream whose media is retained at least in part, oldest first, as the API lists them.
     *
     * @throws UserError if the stream does not exist or is no longer retained
     */
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
