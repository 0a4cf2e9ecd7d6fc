package io.millrace.launcher.cluster;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/**
 * A Millrace cluster whose nodes can be killed and frozen one by one. Every node keeps its addresses and data for the
 * life of the cluster, across restarts.
 *
 * <p>Confined to one thread, except for the addresses.
 */
public interface Cluster extends AutoCloseable {
    /** The role of a node. */
    enum Stage { BROKER, INGEST, SEGMENTER, PACKAGER, EDGE }

    /** Returns the number of nodes of {@code stage}, including dead ones. Their indexes begin at 0. */
    int nodes(Stage stage);

    /** Whether a partition whose broker dies may have no leader for longer than edges wait for a part: 8 s. */
    default boolean findsLeadersLate() {
        return nodes(Stage.BROKER) == 1;
    }

    /** Sends SIGKILL and returns when the node has ended. */
    void kill(Stage stage, int node) throws IOException, InterruptedException;

    /** Sends SIGTERM and waits until the node has drained and ended. */
    void stop(Stage stage, int node) throws IOException, InterruptedException;

    /** Sends SIGSTOP: the node's sockets stay open and do not respond. */
    void pause(Stage stage, int node) throws IOException, InterruptedException;

    /** Sends SIGCONT. */
    void resume(Stage stage, int node) throws IOException, InterruptedException;

    /** Starts a node that was killed or stopped, with its data and addresses. Returns when it is ready. */
    void start(Stage stage, int node) throws IOException, InterruptedException;

    /**
     * Cuts a node of a stage from one broker. Only where the cluster was started for it, as for the methods below.
     *
     * @param broker index of the broker
     */
    default void cut(Stage stage, int node, int broker, Network.Cut cut) throws IOException {
        throw new UnsupportedOperationException("cuts");
    }

    /** Undoes {@link #cut}. */
    default void heal(Stage stage, int node, int broker, Network.Cut cut) throws IOException {
        throw new UnsupportedOperationException("cuts");
    }

    /** Makes the clock of a node wrong by {@code offset}; zero makes it right. */
    default void jump(Stage stage, int node, Duration offset) throws IOException {
        throw new UnsupportedOperationException("clocks");
    }

    /** Fills the disk of a broker up, and returns when it has ended. */
    default void fillDisk(int broker) throws IOException, InterruptedException {
        throw new UnsupportedOperationException("disks");
    }

    /** Frees what {@link #fillDisk} has taken. */
    default void freeDisk(int broker) throws IOException {
        throw new UnsupportedOperationException("disks");
    }

    /** Copies the data of a broker that was stopped. */
    default void copyData(int broker) throws IOException {
        throw new UnsupportedOperationException("copies");
    }

    /** Replaces the data of a dead broker with the newest copy. */
    default void restoreData(int broker) throws IOException {
        throw new UnsupportedOperationException("copies");
    }

    /** Returns Kafka's bootstrap addresses, for the {@link Judge}, which reads the log itself. */
    String kafka();

    /** Returns {@code rtmp://host:port} of one ingest node. */
    String rtmp(int node);

    /** Returns the URL of {@code path} on one edge. */
    URI http(int node, String path);

    /** Returns what the node has logged, as far as it is kept. */
    String log(Stage stage, int node) throws IOException;

    @Override
    void close();
}
