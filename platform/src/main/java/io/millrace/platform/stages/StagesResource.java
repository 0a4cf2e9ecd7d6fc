package io.millrace.platform.stages;

import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.IngestNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/v1/stages} on the admin port of every node: the stages of the cluster with how far they are behind,
 * and its ingest nodes and edges. An answer, also an error, is sent again for {@link #REMEMBERED}, so that Kafka is asked
 * no more often, however many ask. Thread-safe; one request at a time reads, and the others wait for its answer.
 */
public final class StagesResource implements AdminResource {
    static final Duration REMEMBERED = Duration.ofSeconds(1);
    /** How long Kafka may take to answer. Less than what the console waits. */
    private static final Duration LIMIT = Duration.ofSeconds(4);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX")
            .withZone(ZoneOffset.UTC);

    private final Supplier<Answer> reader;
    private final LongSupplier nanos;
    /** Null before the first request. */
    private Answer newest;
    private long readNanos;

    private record Listing(List<Stage> stages, List<Node> ingest, List<Edge> edges) {}

    /**
     * A consumer group.
     *
     * @param webhook name of the target; null for other stages
     * @param state as Kafka names it, in lower case; {@code absent} if there is no such group
     * @param members processes that are in the group, or for the segmenter threads
     * @param lag null if the group has no positions in the log
     */
    private record Stage(String stage, String webhook, String group, String state, int members, Lag lag) {}

    /**
     * How far a group is behind, by its committed positions.
     *
     * @param records unread records of all partitions
     * @param maxRecords those of the partition that has most
     * @param seconds age of the oldest one, by the clocks of brokers and of this node
     */
    private record Lag(long records, long maxRecords, double seconds) {}

    private record Node(String node, String state, Address rtmp, Address rtmps, String announcedAt,
            String heartbeatAt) {}

    private record Edge(String node, int viewers, String announcedAt) {}

    private record Address(String host, int port) {}

    /** @param node this process's id, part of Kafka client ids */
    public StagesResource(KafkaClients kafka, String node) {
        this(kafka, node, LIMIT);
    }

    /** @param limit how long Kafka may take to answer */
    StagesResource(KafkaClients kafka, String node, Duration limit) {
        this(() -> read(kafka, node + "-stages", limit), System::nanoTime);
    }

    /** @param reader asks Kafka */
    StagesResource(Supplier<Answer> reader, LongSupplier nanos) {
        this.reader = reader;
        this.nanos = nanos;
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/stages", _ -> answer()));
    }

    private synchronized Answer answer() {
        if (newest == null || nanos.getAsLong() - readNanos >= REMEMBERED.toNanos()) {
            newest = reader.get();
            readNanos = nanos.getAsLong();
        }
        return newest;
    }

    private static Answer read(KafkaClients kafka, String clientId, Duration limit) {
        try (var cluster = new ClusterReader(kafka, clientId, InstantSource.system(), limit)) {
            List<Stage> stages = cluster.groups().stream().map(StagesResource::stage).toList();
            LiveNodes.Listing nodes = cluster.nodes();
            return new Answer(200, JSON.writeValueAsString(new Listing(stages,
                    nodes.ingest().stream().map(StagesResource::node).toList(),
                    nodes.edges().stream().map(StagesResource::edge).toList())));
        } catch (ExecutionException e) {
            return unavailable(kafka, e.getCause().getMessage());
        } catch (TimeoutException _) {
            return unavailable(kafka, "no answer within " + limit.toSeconds() + " s");
        } catch (InterruptedException | InterruptException _) {
            Thread.currentThread().interrupt();
            return unavailable(kafka, "this node is ending");
        } catch (KafkaException e) {
            return unavailable(kafka, e.getMessage());
        }
    }

    private static Answer unavailable(KafkaClients kafka, String why) {
        return Answer.error(503, "kafka_unavailable", "Kafka at " + kafka.settings().bootstrapServers()
                + " does not tell the state of the stages: " + String.valueOf(why).lines().findFirst().orElse(""));
    }

    private static Stage stage(ClusterReader.GroupState of) {
        Lag lag = of.positions() == null
                ? null
                : new Lag(of.positions().sum(), of.positions().max(), of.ageMs() / 1_000.0);
        return new Stage(of.group().stage(), of.group().webhook(), of.group().group(),
                of.description() == null ? "absent" : lower(of.description().groupState()),
                of.description() == null ? 0 : of.description().members().size(), lag);
    }

    private static Node node(LiveNodes.Node of) {
        IngestNode announced = of.announcement();
        return new Node(of.name(), lower(of.state()), announced == null ? null : address(announced.rtmp()),
                announced == null ? null : address(announced.rtmps()), time(of.announcedAtMs()),
                time(of.heartbeatAtMs()));
    }

    private static Edge edge(LiveNodes.Edge of) {
        return new Edge(of.announcement().node(), of.announcement().viewers(), time(of.announcedAtMs()));
    }

    private static Address address(IngestNode.Address address) {
        return address == null ? null : new Address(address.host(), address.port());
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String time(long ms) {
        return ms == 0 ? null : TIME.format(Instant.ofEpochMilli(ms));
    }
}
