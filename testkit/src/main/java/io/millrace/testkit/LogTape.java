package io.millrace.testkit;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A file with the records of one partition number in all topics. Tests read the tapes of every released version.
 *
 * <p>The file is a gzip stream of records: topic (u8, ordinal), offset (i64), key (modified UTF-8), value size (i32, -1
 * for a tombstone), value.
 */
public final class LogTape {
    /**
     * One record.
     *
     * @param value null for a tombstone
     */
    public record Entry(Topic topic, long offset, String key, byte[] value) {}

    private LogTape() {}

    public static List<Entry> read(String resource) {
        List<Entry> entries = new ArrayList<>();
        try (InputStream file = LogTape.class.getResourceAsStream(resource);
                DataInputStream in = new DataInputStream(new BufferedInputStream(new GZIPInputStream(file)))) {
            while (true) {
                entries.add(readEntry(in));
            }
        } catch (EOFException _) {
            return entries;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Entry readEntry(DataInputStream in) throws IOException {
        Topic topic = Topic.values()[in.readUnsignedByte()];
        long offset = in.readLong();
        String key = in.readUTF();
        int size = in.readInt();
        return new Entry(topic, offset, key, size < 0 ? null : in.readNBytes(size));
    }

    /** Records partition 0 of a running Millrace: {@code LogTape HOST:PORT FILE}. */
    public static void main(String[] arguments) throws IOException {
        KafkaClients kafka = new KafkaClients(new KafkaSettings(arguments[0], "millrace.", 1, 1, 0, 0, Map.of()));
        try (DataOutputStream out = new DataOutputStream(
                new GZIPOutputStream(Files.newOutputStream(Path.of(arguments[1]))))) {
            for (Topic topic : Topic.values()) {
                write(topic, kafka, out);
            }
        }
    }

    private static void write(Topic topic, KafkaClients kafka, DataOutputStream out) throws IOException {
        TopicPartition partition = kafka.partition(topic, 0);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(kafka.consumerConfig("fixture"),
                new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    out.writeByte(topic.ordinal());
                    out.writeLong(record.offset());
                    out.writeUTF(record.key());
                    out.writeInt(record.value() == null ? -1 : record.value().length);
                    if (record.value() != null) {
                        out.write(record.value());
                    }
                }
            }
        }
    }
}
