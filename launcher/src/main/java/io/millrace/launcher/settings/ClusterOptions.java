package io.millrace.launcher.settings;

import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.tools.past.PastLog;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The flags that locate the log, for the commands that read it without serving. */
public final class ClusterOptions {
    @Option(names = "--kafka", paramLabel = "HOST:PORT[,…]", defaultValue = "localhost:9092", converter = Converters.Brokers.class, description = "Bootstrap addresses of Kafka; 'up' prints that of its embedded broker.")
    private String bootstrapServers;

    @Option(names = "--topic-prefix", paramLabel = "PREFIX", defaultValue = "millrace.", converter = Converters.TopicPrefix.class, description = "Prefix of the names of all topics.")
    private String topicPrefix;

    @Mixin
    private LoggingOptions logOptions;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    public LoggingOptions logOptions() {
        return logOptions;
    }

    /**
     * Returns the settings of the log. The number of partitions in them is a placeholder: {@link PastLog#open} queries
     * the cluster.
     */
    public KafkaSettings kafka() {
        return new KafkaSettings(bootstrapServers, topicPrefix, 1, 0, 0, -1,
                ((LayeredDefaults) command.defaultValueProvider()).kafkaClient());
    }
}
