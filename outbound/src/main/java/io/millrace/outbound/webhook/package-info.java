/**
 * Webhooks: deliver the events of streams to HTTP servers, at least once and in order per stream. {@link
 * io.millrace.outbound.webhook.DeliveryRules} and the records are pure; a {@link
 * io.millrace.outbound.webhook.WebhookLoop} owns the consumer of one target on a virtual thread, and a {@link
 * io.millrace.outbound.webhook.Lane} delivers one partition on another. Dead letters, and requests to send them again, are
 * records.
 */
package io.millrace.outbound.webhook;
