/**
 * Who may publish which stream: keys, signatures, a hook. What can be decided here is decided by {@link
 * io.millrace.ingest.policy.PublishPolicy}, which is pure; who has to be asked, {@link io.millrace.ingest.policy.PublishGate}
 * asks. Secrets stay here: a key never becomes a name, a label or a line of a log.
 */
package io.millrace.ingest.policy;
