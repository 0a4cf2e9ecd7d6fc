package io.millrace.edge.audience;

import java.util.Locale;

/** How a viewer watches. */
public enum Protocol {
    HLS, FLV, WS, RTMP;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** In JSON and in metrics. */
    public String label() {
        return label;
    }
}
