package io.millrace.launcher.cluster;

import java.io.IOException;
import java.net.URI;

/**
 * A Millrace on several nodes whose nodes can be hurt one by one. Every node keeps its addresses and its data for as long as
 * the cluster stands, however often it dies.
 *
 * <p>Confined to one thread, but for the addresses.
 */
public interface Cluster extends AutoCloseable {
    /** What a node does. */
    enum Stage { BROKER, INGEST, SEGMENTER, PACKAGER, EDGE }

    /** How many nodes {@code stage} has, dead ones included; their indexes begin at 0. */
    int nodes(Stage stage);

    /** SIGKILL: the node ends without a word. Returns when it has. */
    void kill(Stage stage, int node) throws IOException, InterruptedException;

    /** SIGTERM, and waits for the end of its drain. */
    void stop(Stage stage, int node) throws IOException, InterruptedException;

    /** SIGSTOP: its sockets stay open and nobody answers. */
    void pause(Stage stage, int node) throws IOException, InterruptedException;

    /** SIGCONT. */
    void resume(Stage stage, int node) throws IOException, InterruptedException;

    /** Starts a node that was killed or stopped, with its data and addresses; returns when it is ready. */
    void start(Stage stage, int node) throws IOException, InterruptedException;

    /** Kafka's bootstrap addresses, for the judge who reads the log itself. */
    String kafka();

    /** {@code rtmp://host:port} of one ingest node. */
    String rtmp(int node);

    /** {@code path} on one edge. */
    URI http(int node, String path);

    /** What the node has written to its log, as far as it is kept. */
    String log(Stage stage, int node) throws IOException;

    @Override
    void close();
}
