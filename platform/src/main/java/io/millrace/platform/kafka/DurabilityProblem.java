package io.millrace.platform.kafka;

import java.util.Locale;

/**
 * A setting of existing topics with which acknowledged media may be lost. Immutable.
 *
 * @param message one line: the topics, their setting, the risk, and what to do
 */
record DurabilityProblem(Condition condition, String message) {
    /** A condition that the topics must meet. */
    enum Condition {
        /** Every topic exists and has the number of partitions in the settings. */
        TOPICS,
        /** There is more than one broker. */
        BROKERS,
        /** Topics have as many replicas as the settings require, and more than one. */
        REPLICATION,
        /** A record is acknowledged when at least two replicas have it. */
        MIN_IN_SYNC,
        /** Only a replica that has all acknowledged records becomes leader. */
        UNCLEAN_ELECTION,
        /** Media expires by age; directory and sessions are compacted. */
        CLEANUP_POLICY,
        /** Parts and index carry the time of the media, all other records that of the brokers. */
        TIMESTAMP_TYPE,
        /** Media is retained for at least {@code --retention}. */
        RETENTION;

        /** Returns the value of the label in metrics. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
