package io.millrace.platform.stages;

import io.millrace.platform.kafka.KafkaSettings;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StageGroupTest {
    private static final KafkaSettings SETTINGS = new KafkaSettings("h:1", "tv.", 2, 1, 1, -1, Map.of());

    @Test
    void findsWebhooksOfThisPrefix() {
        List<StageGroup> groups = StageGroup.of(SETTINGS,
                List.of("tv.webhook-b", "tv.segmenter", "webhook-x", "tv.webhook-a", "tv.webhooks", "other"));
        assertThat(groups).extracting(StageGroup::group).containsExactly("tv.ingest-owners", "tv.segmenter",
                "tv.packager", "tv.relay", "tv.webhook-a", "tv.webhook-b");
        assertThat(groups).extracting(StageGroup::webhook).containsExactly(null, null, null, null, "a", "b");
    }

    @Test
    void limitsWebhooks() {
        for (int webhooks : List.of(StageGroup.WEBHOOKS_LIMIT, StageGroup.WEBHOOKS_LIMIT + 1)) {
            List<String> names = IntStream.range(0, webhooks).mapToObj("tv.webhook-%03d"::formatted).toList();
            Stream<StageGroup> found = StageGroup.of(SETTINGS, names).stream().filter(each -> each.webhook() != null);
            assertThat(found).as(webhooks + " webhooks").hasSize(StageGroup.WEBHOOKS_LIMIT);
        }
    }
}
