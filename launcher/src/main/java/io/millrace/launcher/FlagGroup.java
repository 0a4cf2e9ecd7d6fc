package io.millrace.launcher;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import static io.millrace.launcher.Stage.EDGE;
import static io.millrace.launcher.Stage.INGEST;
import static io.millrace.launcher.Stage.RELAY;
import static io.millrace.launcher.Stage.SEGMENTER;

/**
 * Groups of flags in the serving commands' {@code --help}. The help of a command shows only the flags that its stages
 * use. Every serving command accepts all flags, so that one settings file can serve every process.
 */
enum FlagGroup {
    LISTENERS("Listeners", flag("host", INGEST, EDGE), flag("rtmp-port", INGEST, EDGE),
            flag("rtmps-port", INGEST, EDGE), flag("public-rtmp", INGEST),
            flag("tls-cert", INGEST, EDGE), flag("tls-key", INGEST, EDGE), flag("proxy-protocol", INGEST, EDGE),
            flag("rtmp-limits", INGEST, EDGE), flag("http-port", EDGE), flag("https-port", EDGE),
            flag("http-proxies", EDGE),
            flag("http-limits", EDGE), flag("admin-host"), flag("admin-port"), flag("admin-names"),
            flag("admin-tokens")),

    LOG("The log in Kafka", flag("kafka"), embedded("kafka-port"), embedded("data-dir", SEGMENTER),
            flag("topic-prefix"),
            flag("partitions"), flag("replication"), flag("require-durability"), flag("retention"),
            flag("retention-size"),
            flag("standby-replicas", SEGMENTER)),

    STREAMS("Streams that begin while this process runs", flag("segment", INGEST), flag("part", INGEST),
            flag("window", INGEST), flag("grace", INGEST), flag("formats", INGEST)),

    PUBLISHERS("Publishers", flag("publish-keys", INGEST), flag("publish-secret", INGEST), flag("publish-jwks", INGEST),
            flag("publish-jwt-issuer", INGEST), flag("publish-jwt-audience", INGEST),
            flag("publish-allow", INGEST), flag("publish-deny", INGEST), flag("publish-hook", INGEST),
            flag("publish-hook-form", INGEST), flag("publish-hook-timeout", INGEST),
            flag("publish-hook-fallback", INGEST), flag("max-bitrate", INGEST)),

    VIEWERS("Viewers", flag("play-keys", EDGE), flag("play-secret", EDGE), flag("play-jwks", EDGE),
            flag("play-jwt-issuer", EDGE), flag("play-jwt-audience", EDGE),
            flag("play-allow", EDGE), flag("play-deny", EDGE), flag("play-hook", EDGE), flag("play-hook-form", EDGE),
            flag("play-hook-timeout", EDGE), flag("play-hook-fallback", EDGE), flag("cors-origins", EDGE),
            flag("audience", EDGE), flag("flv-tick", EDGE), flag("familiar-urls", EDGE)),

    RELAYS("Relays", flag("relays", RELAY)),

    WEBHOOKS("Webhooks", flag("webhook", Stage.WEBHOOKS), flag("webhook-secret", Stage.WEBHOOKS),
            flag("webhooks", Stage.WEBHOOKS)),

    PROCESS("This process", flag("drain", INGEST, EDGE), flag("config"), flag("log-level"), flag("log-format"),
            flag("kafka-metrics"), flag("help"));

    private final String heading;
    private final List<Flag> flags;

    FlagGroup(String heading, Flag... flags) {
        this.heading = heading;
        this.flags = List.of(flags);
    }

    /**
     * A flag, and the parts of the program that use it.
     *
     * @param name name without the dashes
     * @param stages the stages that use it
     * @param broker whether the embedded broker uses it
     */
    private record Flag(String name, Set<Stage> stages, boolean broker) {
        boolean isUsedBy(Serving serving) {
            return broker && serving.mayEmbedBroker() || serving.stages().stream().anyMatch(stages::contains);
        }
    }

    String heading() {
        return heading;
    }

    /** Returns the names of the flags that {@code serving} uses, in the order of the help. */
    List<String> shownFor(Serving serving) {
        return flags.stream().filter(flag -> flag.isUsedBy(serving)).map(Flag::name).toList();
    }

    /** Returns a flag that the given stages use; without stages, a flag that all stages use. */
    private static Flag flag(String name, Stage... stages) {
        return new Flag(name, stages.length == 0 ? EnumSet.allOf(Stage.class) : Set.of(stages), false);
    }

    /** Returns a flag that the embedded broker and the given stages use. */
    private static Flag embedded(String name, Stage... stages) {
        return new Flag(name, Set.of(stages), true);
    }
}
