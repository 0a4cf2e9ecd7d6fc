package io.millrace.segmenter;

import io.millrace.platform.kafka.Topics;
import java.nio.file.Path;

/**
 * Settings of the segmenter.
 *
 * @param applicationId name of the consumer group and of the changelog, without the topic prefix
 * @param stateDir directory for the lock files of Kafka Streams; the state itself is in memory and in the changelog
 * @param standbyReplicas number of other nodes that maintain a copy of each state, so that they take over without
 *        restoring it
 * @param commitIntervalMs interval at which states are written, in ms; also bounds the work that a successor repeats
 * @param replicas replication of the changelog
 */
public record SegmenterSettings(String applicationId, Path stateDir, int standbyReplicas, int commitIntervalMs,
        Topics.Replicas replicas) {
    /** Default of {@code applicationId}. */
    public static final String APPLICATION_ID = "segmenter";
    /** Default of {@code commitIntervalMs}. */
    public static final int COMMIT_INTERVAL_MS = 1_000;

    /** Returns the default settings, with the state directory below {@code dataDir}. */
    public static SegmenterSettings below(Path dataDir, int standbyReplicas, Topics.Replicas replicas) {
        return new SegmenterSettings(APPLICATION_ID, dataDir.resolve("segmenter"), standbyReplicas, COMMIT_INTERVAL_MS,
                replicas);
    }
}
