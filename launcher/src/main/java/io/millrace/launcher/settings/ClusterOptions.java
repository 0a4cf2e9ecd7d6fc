package io.millrace.launcher.settings;

import io.millrace.platform.kafka.KafkaSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The flags of the commands that read a log and serve nothing: where it is. */
public final class ClusterOptions {
    @Option(names = "--kafka", paramLabel = "HOST:PORT[,…]", defaultValue = "localhost:9092", converter = Converters.Brokers.class, description = "Kafka's bootstrap addresses; 'up' prints those of its own broker.")
    private BootstrapServers kafka;

    @Option(names = "--topic-prefix", paramLabel = "PREFIX", defaultValue = "millrace.", converter = Converters.TopicPrefix.class, description = "What the names of all topics start with.")
    private String topicPrefix;

    @Mixin
    private LogOptions logOptions;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    public LogOptions logOptions() {
        return logOptions;
    }

    /**
     * The log on the cluster.
     *
     * @param partitions as many as its topics have
     */
    public KafkaSettings kafka(int partitions) {
        return new KafkaSettings(kafka.toString(), topicPrefix, partitions, 0, 0, -1,
                ((LayeredDefaults) command.defaultValueProvider()).kafkaClient());
    }
}
