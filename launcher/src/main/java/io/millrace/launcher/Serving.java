package io.millrace.launcher;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The serving commands, and the stages that each of them runs. */
enum Serving {
    UP("Runs all stages in one process, with an embedded Kafka broker unless --kafka names a cluster.",
            EnumSet.allOf(Stage.class)), DEMO("Same as 'up', and publishes a clip in a loop as live/demo.",
                    EnumSet.allOf(Stage.class)), INGEST("Receives RTMP publishers and writes their packets to Kafka.",
                            EnumSet.of(Stage.INGEST)), SEGMENTER(
                                    "Cuts the packets of every stream into segments and parts.",
                                    EnumSet.of(Stage.SEGMENTER)), PACKAGER("Muxes the cut parts and writes the index.",
                                            EnumSet.of(Stage.PACKAGER)), EDGE(
                                                    "Serves viewers over HLS, HTTP-FLV, WebSocket-FLV and RTMP.",
                                                    EnumSet.of(Stage.EDGE)), RELAY(
                                                            "Publishes streams of the log to other RTMP servers.",
                                                            EnumSet.of(Stage.RELAY)), WEBHOOKS(
                                                                    "Sends the events of streams to HTTP servers.",
                                                                    EnumSet.of(Stage.WEBHOOKS));

    private final String description;
    private final Set<Stage> stages;

    Serving(String description, Set<Stage> stages) {
        this.description = description;
        this.stages = stages;
    }

    String command() {
        return name().toLowerCase(Locale.ROOT);
    }

    String description() {
        return description;
    }

    /** Returns the stages in the order of {@link Stage}. */
    Set<Stage> stages() {
        return stages;
    }

    /** Returns whether the command embeds a broker if {@code --kafka} is not set. */
    boolean mayEmbedBroker() {
        return stages.size() > 1;
    }
}
