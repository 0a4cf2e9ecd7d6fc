package io.millrace.edge.meters;

import java.util.Locale;

/** The protocol by which a viewer watches. */
public enum Protocol {
    HLS, FLV, WS, RTMP;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Returns the name in JSON and in metrics. */
    public String label() {
        return label;
    }
}
