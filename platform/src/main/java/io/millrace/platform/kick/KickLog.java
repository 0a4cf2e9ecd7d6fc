package io.millrace.platform.kick;

import io.millrace.platform.log.Kick;

/** Writes kicks for all nodes. Thread-safe; blocks until Kafka has acknowledged the record. */
public interface KickLog {
    /**
     * Kicks somebody on all nodes.
     *
     * @throws io.millrace.platform.UserError if there are too many kicks, or Kafka does not respond
     */
    void write(Kick kick);

    /**
     * Ends a kick before its time.
     *
     * @throws io.millrace.platform.UserError if Kafka does not respond
     */
    void lift(Kick.Key key);
}
