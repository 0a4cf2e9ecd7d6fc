package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import io.millrace.platform.kafka.StreamKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/** A fault at certain nodes. */
final class Damage {
    /** How wrong a clock is: less than what makes an ingest node refuse publishers. */
    static final Duration CLOCK = Duration.ofMinutes(Integer.getInteger("millrace.chaos.clockMinutes", 4));

    /**
     * The group whose coordinator is killed. The offsets topic has one partition, so that broker coordinates the groups
     * of all stages.
     */
    private static final String GROUP = "millrace.segmenter";
    private static final String PACKETS = "millrace.packets";

    /** A node that is hurt. */
    record Place(Stage stage, int node) {}

    private final Cluster cluster;
    private final Fault fault;
    private final List<Place> places;
    /** The broker that the node is cut from. */
    private final int broker;

    private Damage(Cluster cluster, Fault fault, List<Place> places, int broker) {
        this.cluster = cluster;
        this.fault = fault;
        this.places = places;
        this.broker = broker;
    }

    /**
     * Chooses the nodes.
     *
     * @param number of the occurrence, so that it is each node's turn
     * @param stream whose leader is hurt by a fault of a leader
     */
    static Damage of(Cluster cluster, Fault fault, int number, String stream, int partitions)
            throws InterruptedException {
        List<Place> places = new ArrayList<>();
        for (Stage stage : fault.stages()) {
            int node = number % cluster.nodes(stage);
            if (fault == Fault.KILL_COORDINATOR) {
                node = coordinator(cluster);
            } else if (fault == Fault.KILL_CONTROLLER) {
                node = controller(cluster);
            } else if (fault == Fault.KILL_INGEST_AND_LEADER && stage == Stage.BROKER) {
                node = leader(cluster, stream, partitions);
            }
            places.add(new Place(stage, node));
        }
        return new Damage(cluster, fault, places, number / 2 % cluster.nodes(Stage.BROKER));
    }

    Fault fault() {
        return fault;
    }

    List<Place> places() {
        return places;
    }

    /** Whether a viewer there is on a hurt node. */
    boolean hurtsEdge(int edge) {
        return places.contains(new Place(Stage.EDGE, edge));
    }

    boolean hurts(Stage stage) {
        return places.stream().anyMatch(place -> place.stage() == stage);
    }

    /** Whether no other node can take the place of a dead one, so that it has to be started at once. */
    boolean isAlone() {
        return fault.kind() != Fault.Kind.PAUSE && places.stream().anyMatch(p -> cluster.nodes(p.stage()) == 1);
    }

    /** Does what has to be done before the fault, whose stall does not count. */
    void prepare() throws IOException, InterruptedException {
        if (fault.kind() == Fault.Kind.RESTORE) {
            for (Place place : places) {
                cluster.stop(place.stage(), place.node());
                cluster.copyData(place.node());
                cluster.start(place.stage(), place.node());
            }
        }
    }

    void inflict() throws IOException, InterruptedException {
        for (Place place : places) {
            switch (fault.kind()) {
                case KILL, RESTORE -> cluster.kill(place.stage(), place.node());
                case PAUSE -> cluster.pause(place.stage(), place.node());
                case CUT -> cluster.cut(place.stage(), place.node(), broker, Network.Cut.SILENT);
                case RESET -> cluster.cut(place.stage(), place.node(), broker, Network.Cut.RESET);
                case CLOCK_AHEAD -> cluster.jump(place.stage(), place.node(), CLOCK);
                case CLOCK_BEHIND -> cluster.jump(place.stage(), place.node(), CLOCK.negated());
                case FULL_DISK -> cluster.fillDisk(place.node());
            }
        }
    }

    void repair() throws IOException, InterruptedException {
        for (Place place : places) {
            switch (fault.kind()) {
                case KILL -> cluster.start(place.stage(), place.node());
                case RESTORE -> {
                    cluster.restoreData(place.node());
                    cluster.start(place.stage(), place.node());
                }
                case PAUSE -> cluster.resume(place.stage(), place.node());
                case CUT -> cluster.heal(place.stage(), place.node(), broker, Network.Cut.SILENT);
                case RESET -> cluster.heal(place.stage(), place.node(), broker, Network.Cut.RESET);
                case CLOCK_AHEAD, CLOCK_BEHIND -> cluster.jump(place.stage(), place.node(), Duration.ZERO);
                case FULL_DISK -> {
                    cluster.freeDisk(place.node());
                    cluster.start(place.stage(), place.node());
                }
            }
        }
    }

    /** Brokers are numbered from 1. */
    private static int coordinator(Cluster cluster) throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.kafka()))) {
            return admin.describeConsumerGroups(List.of(GROUP)).describedGroups().get(GROUP).get().coordinator().id()
                    - 1;
        } catch (ExecutionException e) {
            throw new AssertionError("nobody tells who leads " + GROUP, e.getCause());
        }
    }

    private static int controller(Cluster cluster) throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.kafka()))) {
            return admin.describeMetadataQuorum().quorumInfo().get().leaderId() - 1;
        } catch (ExecutionException e) {
            throw new AssertionError("nobody tells who the active controller is", e.getCause());
        }
    }

    private static int leader(Cluster cluster, String stream, int partitions) throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.kafka()))) {
            return admin.describeTopics(List.of(PACKETS)).allTopicNames().get().get(PACKETS).partitions()
                    .get(StreamKey.partition(stream, partitions)).leader().id() - 1;
        } catch (ExecutionException e) {
            throw new AssertionError("nobody tells who leads " + stream, e.getCause());
        }
    }
}
