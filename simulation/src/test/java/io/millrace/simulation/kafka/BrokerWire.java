package io.millrace.simulation.kafka;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Requests that no client would send: repeated, late, or as a member that was replaced. The only user of Kafka's internal
 * classes here. Confined to one thread.
 */
final class BrokerWire implements AutoCloseable {
    /** The newest versions that name topics instead of giving their ids. */
    private static final short PRODUCE_VERSION = 12;
    private static final short COMMIT_VERSION = 9;
    private static final short ALL_REPLICAS = -1;
    private static final int TIMEOUT_MS = 60_000;

    private final Socket socket;
    private int correlation;

    private BrokerWire(Socket socket) {
        this.socket = socket;
    }

    /** @param address {@code host:port} */
    static BrokerWire connect(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        return new BrokerWire(new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
    }

    /** Returns the offset of the first record, empty if the batch was rejected. */
    OptionalLong produce(TopicPartition to, Batch batch) {
        SimpleRecord[] records = batch.entries().stream().map(entry -> new SimpleRecord(entry.timestampMs(),
                entry.key().getBytes(StandardCharsets.UTF_8), entry.value())).toArray(SimpleRecord[]::new);
        var topic = new ProduceRequestData.TopicProduceData().setName(to.topic())
                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData().setIndex(to.partition())
                        .setRecords(MemoryRecords.withIdempotentRecords(Compression.NONE, batch.producer(),
                                (short) batch.epoch(), batch.sequence(), records))));
        var data = new ProduceRequestData().setAcks(ALL_REPLICAS).setTimeoutMs(TIMEOUT_MS)
                .setTopicData(new ProduceRequestData.TopicProduceDataCollection(List.of(topic).iterator()));
        var answer = (ProduceResponse) ask(new ProduceRequest(data, PRODUCE_VERSION), PRODUCE_VERSION);
        var partition = answer.data().responses().iterator().next().partitionResponses().getFirst();
        return switch (Errors.forCode(partition.errorCode())) {
            // The topic has just been created.
            case UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER -> produce(to, batch);
            case NONE -> OptionalLong.of(partition.baseOffset());
            case OUT_OF_ORDER_SEQUENCE_NUMBER, DUPLICATE_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH,
                    INVALID_TIMESTAMP ->
                OptionalLong.empty();
            case Errors other -> throw new AssertionError(other.message());
        };
    }

    /** Returns whether the coordinator accepted the position. */
    boolean commit(ConsumerGroupMetadata member, TopicPartition of, long position) {
        var topic = new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(of.topic())
                .setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition()
                        .setPartitionIndex(of.partition()).setCommittedOffset(position)));
        var data = new OffsetCommitRequestData().setGroupId(member.groupId()).setMemberId(member.memberId())
                .setGenerationIdOrMemberEpoch(member.generationId()).setTopics(List.of(topic));
        var answer = (OffsetCommitResponse) ask(OffsetCommitRequest.Builder.forTopicNames(data).build(COMMIT_VERSION),
                COMMIT_VERSION);
        return switch (Errors.forCode(answer.data().topics().getFirst().partitions().getFirst().errorCode())) {
            case NONE -> true;
            case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION -> false;
            case Errors other -> throw new AssertionError(other.message());
        };
    }

    private AbstractResponse ask(AbstractRequest request, short version) {
        try {
            var header = new RequestHeader(request.apiKey(), version, "contract", correlation++);
            ByteBuffer body = request.serializeWithHeader(header);
            ByteBuffer framed = ByteBuffer.allocate(Integer.BYTES + body.remaining()).putInt(body.remaining())
                    .put(body).flip();
            Channels.newChannel(socket.getOutputStream()).write(framed);
            var in = new DataInputStream(socket.getInputStream());
            return AbstractResponse.parseResponse(ByteBuffer.wrap(in.readNBytes(in.readInt())), header);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
