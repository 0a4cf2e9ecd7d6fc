package io.millrace.segmenter;

import io.millrace.platform.kafka.Topics;
import java.nio.file.Path;

/**
 * Settings of the segmenter.
 *
 * @param applicationId without the topic prefix; names the consumer group and the changelog
 * @param stateDir directory for the lock files of Kafka Streams; the state itself is in memory and in the changelog
 * @param standbyReplicas copies of the state that other nodes maintain, so that they take over without restoring it
 * @param commitIntervalMs how often the state is written; also bounds the work that a successor repeats
 * @param replicas of the changelog
 */
public record SegmenterSettings(String applicationId, Path stateDir, int standbyReplicas, int commitIntervalMs,
        Topics.Replicas replicas) {
    public static final String APPLICATION_ID = "segmenter";
    public static final int COMMIT_INTERVAL_MS = 1_000;

    /** The default settings, with the state directory below {@code dataDir}. */
    public static SegmenterSettings below(Path dataDir, int standbyReplicas, Topics.Replicas replicas) {
        return new SegmenterSettings(APPLICATION_ID, dataDir.resolve("segmenter"), standbyReplicas, COMMIT_INTERVAL_MS,
                replicas);
    }
}
