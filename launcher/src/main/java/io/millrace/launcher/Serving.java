package io.millrace.launcher;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The commands that serve, and the stages that each of them runs. */
enum Serving {
    UP("Runs all stages in one process, with an embedded Kafka broker unless --kafka names a cluster.",
            EnumSet.allOf(Stage.class)), DEMO("The same as 'up', and publishes a clip as live/demo for ever.",
                    EnumSet.allOf(Stage.class)), INGEST("Takes publishers by RTMP and writes their packets to Kafka.",
                            EnumSet.of(Stage.INGEST)), SEGMENTER(
                                    "Cuts the packets of every stream into segments and parts.",
                                    EnumSet.of(Stage.SEGMENTER)), PACKAGER("Muxes what was cut, and writes the index.",
                                            EnumSet.of(Stage.PACKAGER)), EDGE(
                                                    "Serves viewers by HLS, HTTP-FLV, WebSocket-FLV and RTMP.",
                                                    EnumSet.of(Stage.EDGE));

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

    /** In the order in which they start. */
    Set<Stage> stages() {
        return stages;
    }

    /** Whether it brings a broker of its own where nobody names one. */
    boolean mayEmbedBroker() {
        return stages.size() > 1;
    }
}
