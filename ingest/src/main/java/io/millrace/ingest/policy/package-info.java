/**
 * Decides who may publish which stream, by keys, signatures and a hook. {@link io.millrace.ingest.policy.PublishPolicy}
 * is the pure part; {@link io.millrace.ingest.policy.PublishGate} adds files and the hook. Secrets do not leave this
 * package: a key never becomes a name, a label or part of a log line.
 */
package io.millrace.ingest.policy;
