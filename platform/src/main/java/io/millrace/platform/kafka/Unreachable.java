package io.millrace.platform.kafka;

import io.millrace.platform.UserError;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;

/** Turns the failure to connect to a cluster into a one-line error that states what to do. */
public final class Unreachable {
    private Unreachable() {}

    /**
     * Returns the error for a command that needs the cluster.
     *
     * @param cause exception of a Kafka client; if its constructor threw it, the innermost cause is reported
     */
    public static UserError error(KafkaSettings settings, Throwable cause) {
        String where = "cannot reach Kafka at " + settings.bootstrapServers() + ": ";
        if (configurationFault(cause) instanceof ConfigException fault) {
            return fault.getMessage().contains("bootstrap")
                    ? new UserError(where + "none of these host names can be resolved; check --kafka", cause)
                    : new UserError("the settings of the Kafka clients are invalid: " + fault.getMessage()
                            + "; correct them under kafka-client in the settings file", cause);
        }
        return new UserError(where + reason(cause)
                + "; start a broker there (./millrace broker) or name one with --kafka", cause);
    }

    /** The constructors of Kafka's clients wrap the cause in an exception whose message does not contain it. */
    private static Throwable configurationFault(Throwable thrown) {
        return thrown instanceof KafkaException && thrown.getCause() != null
                ? configurationFault(thrown.getCause())
                : thrown;
    }

    private static String reason(Throwable thrown) {
        Throwable innermost = configurationFault(thrown);
        return innermost.getMessage() == null ? "no response" : innermost.getMessage();
    }
}
