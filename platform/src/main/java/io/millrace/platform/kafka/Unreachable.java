package io.millrace.platform.kafka;

import io.millrace.platform.UserError;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;

/** Turns the failure of a first contact with a cluster into one line that says what to do. */
public final class Unreachable {
    private Unreachable() {}

    /**
     * Returns the error for a command that cannot go on without the cluster.
     *
     * @param cause what a Kafka client threw; one of its constructor is told by what is below it
     */
    public static UserError error(KafkaSettings settings, Throwable cause) {
        String where = "cannot reach Kafka at " + settings.bootstrapServers() + ": ";
        if (configurationFault(cause) instanceof ConfigException fault) {
            return fault.getMessage().contains("bootstrap")
                    ? new UserError(where + "none of these names has an address; check the names in --kafka", cause)
                    : new UserError("the settings for Kafka's clients cannot be used: " + fault.getMessage()
                            + "; mend them under kafka-client in the settings file", cause);
        }
        return new UserError(where + reason(cause)
                + "; start a broker there (./millrace broker) or name one with --kafka", cause);
    }

    /** The constructors of Kafka's clients wrap what went wrong in an exception that does not name it. */
    private static Throwable configurationFault(Throwable thrown) {
        return thrown instanceof KafkaException && thrown.getCause() != null
                ? configurationFault(thrown.getCause())
                : thrown;
    }

    private static String reason(Throwable thrown) {
        Throwable innermost = configurationFault(thrown);
        return innermost.getMessage() == null ? "no answer" : innermost.getMessage();
    }
}
