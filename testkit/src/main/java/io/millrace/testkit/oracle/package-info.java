/**
 * Judges a history: what encoders sent, what the log holds and what viewers are shown, against the promises of
 * {@code docs/architecture.md}. Written from that page and sharing no code with production, it knows no Kafka and no clock.
 */
package io.millrace.testkit.oracle;
