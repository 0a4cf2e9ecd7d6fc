package io.millrace.segmenter;

import io.millrace.platform.kafka.Topics;
import java.nio.file.Path;

/**
 * What the segmenter needs to run.
 *
 * @param applicationId without the topic prefix; names the consumer group and the changelog
 * @param stateDir where Kafka Streams keeps its lock files; the state itself is in memory and in the changelog
 * @param standbyReplicas copies of the state that follow on other nodes, so that they take over without restoring it
 * @param commitIntervalMs how often the state is written; what a successor repeats at most
 * @param replicas of the changelog
 */
public record SegmenterSettings(String applicationId, Path stateDir, int standbyReplicas, int commitIntervalMs,
        Topics.Replicas replicas) {
    public static final String APPLICATION_ID = "segmenter";
    public static final int COMMIT_INTERVAL_MS = 1_000;

    /** The defaults, with the state below {@code dataDir}. */
    public static SegmenterSettings below(Path dataDir, int standbyReplicas, Topics.Replicas replicas) {
        return new SegmenterSettings(APPLICATION_ID, dataDir.resolve("segmenter"), standbyReplicas, COMMIT_INTERVAL_MS,
                replicas);
    }
}
