package io.millrace.launcher.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * Three publishers that start and end around each fault: one starts before it and ends during it, one starts and ends
 * during it, and one starts during it and ends after the repair. Confined to one thread.
 */
final class Churn {
    /** Number of the first of the three, which its frames contain. */
    private static final int FIRST = 90;

    private final Cluster cluster;
    private final ExecutorService threads;
    private final List<Encoder> all = new ArrayList<>();
    private final String prefix;
    private final List<Encoder> open = new ArrayList<>();

    /** @param prefix of the stream names */
    Churn(Cluster cluster, ExecutorService threads, String prefix) {
        this.cluster = cluster;
        this.threads = threads;
        this.prefix = prefix;
    }

    /** Returns all publishers so far. */
    List<Encoder> all() {
        return all;
    }

    void before() {
        start(FIRST);
    }

    void during() {
        endOldest();
        start(FIRST + 1);
        start(FIRST + 2);
    }

    void beforeRepair() {
        endOldest();
    }

    void afterwards() {
        endOldest();
    }

    private void start(int number) {
        Encoder encoder = new Encoder(cluster, number, prefix + all.size());
        all.add(encoder);
        open.add(encoder);
        threads.submit(encoder);
    }

    private void endOldest() {
        open.removeFirst().end();
    }
}
