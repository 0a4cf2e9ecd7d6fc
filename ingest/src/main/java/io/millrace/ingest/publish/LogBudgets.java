package io.millrace.ingest.publish;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Divides the memory of the producer among the partitions, so that the producer is never full: it would then block
 * event loops.
 *
 * <p>Half of the node's limit is a pool. The limit of a partition is a quarter of the pool after the bytes of all
 * partitions are subtracted from it, but not less than an equal share of the pool, and not more than a fixed limit. So
 * all partitions together stay below the node's limit, whatever their number, and partitions for which Kafka accepts no
 * records leave room for the others. Thread-safe.
 */
final class LogBudgets {
    /** A partition may use one part in this many of the rest of the pool. */
    private static final int SHARE = 4;

    private final long poolBytes;
    /** Equal share of the pool for each partition. */
    private final long ownBytes;
    private final PublishSettings.Unacknowledged limits;
    private final ByteBudget node;
    private final List<ByteBudget> partitions;

    LogBudgets(PublishSettings.Unacknowledged limits, int partitions) {
        this.limits = limits;
        this.poolBytes = limits.nodeBytes() / 2;
        this.ownBytes = poolBytes / partitions;
        this.node = new ByteBudget(limits.nodeBytes());
        this.partitions = IntStream.range(0, partitions).mapToObj(_ -> new ByteBudget(this::partitionBytes)).toList();
    }

    private long partitionBytes() {
        return Math.min(limits.partitionBytes(), Math.max(ownBytes, (poolBytes - node.bytes()) / SHARE));
    }

    /**
     * Returns the budgets of a new publisher in {@code partition}: its own, and those of the partition and the node,
     * which are shared.
     */
    List<ByteBudget> of(int partition) {
        return List.of(new ByteBudget(limits.connectionBytes()), partitions.get(partition), node);
    }

    /**
     * Returns whether a new publisher in {@code partition} would slow down the connected publishers, because Kafka
     * acknowledges too slowly.
     */
    boolean isOverloaded(int partition) {
        return node.isHalfFull() || partitions.get(partition).isHalfFull();
    }

    /** Returns the unacknowledged bytes of all publishers of the node. */
    long bytes() {
        return node.bytes();
    }
}
