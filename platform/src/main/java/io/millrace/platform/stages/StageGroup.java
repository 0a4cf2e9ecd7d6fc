package io.millrace.platform.stages;

import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A consumer group of a stage.
 *
 * @param stage name of the command that runs the stage
 * @param webhook name of the target, since each has a group; null for other stages
 * @param group name on the cluster
 * @param input topic in which the group commits its positions; empty if it commits none
 */
record StageGroup(String stage, String webhook, String group, Optional<Topic> input) {
    /** Webhooks beyond this number are not listed. */
    static final int WEBHOOKS_LIMIT = 64;
    private static final String WEBHOOK = "webhook-";

    /**
     * Returns the groups of all stages, which may not exist.
     *
     * @param existing names of groups on the cluster, among them those of webhooks
     */
    static List<StageGroup> of(KafkaSettings settings, Collection<String> existing) {
        String webhook = settings.group(WEBHOOK);
        return Stream.concat(
                Stream.of(group(settings, "ingest", "ingest-owners", null),
                        group(settings, "segmenter", "segmenter", Topic.PACKETS),
                        group(settings, "packager", "packager", Topic.PACKETS),
                        group(settings, "relay", "relay", null)),
                existing.stream().filter(name -> name.startsWith(webhook)).sorted().limit(WEBHOOKS_LIMIT)
                        .map(name -> new StageGroup("webhooks", name.substring(webhook.length()), name,
                                Optional.of(Topic.EVENTS))))
                .toList();
    }

    private static StageGroup group(KafkaSettings settings, String stage, String group, Topic input) {
        return new StageGroup(stage, null, settings.group(group), Optional.ofNullable(input));
    }
}
