package io.millrace.outbound.webhook;

import java.util.List;

/**
 * Settings of the webhooks of one process.
 *
 * @param node name of this node, for Kafka's client ids
 * @param targets with different names
 */
public record WebhookSettings(String node, List<WebhookTarget> targets) {
    public WebhookSettings {
        targets = List.copyOf(targets);
    }
}
