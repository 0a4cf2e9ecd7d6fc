package io.millrace.edge.meters;

import java.util.List;
import java.util.Locale;

/** The protocol by which a viewer watches. */
public enum Protocol {
    /** HLS, over any number of connections. */
    HLS(false, "kicked"),
    /** DASH, over any number of connections. */
    DASH(false, "kicked"),
    /** HTTP-FLV. */
    FLV(true, "slow", "kicked", "memory"),
    /** WebSocket-FLV. */
    WS(true, "slow", "kicked", "memory", "idle", "abuse"),
    /** RTMP playback. */
    RTMP(true, "slow", "kicked");

    private final String label = name().toLowerCase(Locale.ROOT);
    private final boolean oneConnection;
    private final List<String> closeReasons;

    Protocol(boolean oneConnection, String... closeReasons) {
        this.oneConnection = oneConnection;
        this.closeReasons = List.of(closeReasons);
    }

    /** Returns the name in JSON and in metrics. */
    public String label() {
        return label;
    }

    /** Returns whether each viewer has one connection of its own, whose bytes are counted. */
    public boolean isOneConnection() {
        return oneConnection;
    }

    /** Returns the reasons for which this edge disconnects viewers. */
    List<String> closeReasons() {
        return closeReasons;
    }
}
