package io.millrace.media.mpd;

import java.util.List;

/**
 * Representations among which a player may switch (ISO/IEC 23009-1, 5.3.3). Immutable.
 *
 * @param id unique in its period, and the same in all periods for the same content
 * @param kind written as contentType and mimeType
 * @param language BCP 47; empty if unknown
 * @param label name for a menu; empty without one
 * @param main whether it is the default of its kind, as Role
 * @param captions channels of captions in the video, as {@code media.codec.Captions} names them: {@code CC1} to
 *     {@code CC4} of CEA-608, {@code SERVICE1} to {@code SERVICE63} of CEA-708
 * @param startWithSap type of the access point with which each segment begins: 1 for closed GOPs, 0 if some do not
 *     begin with one
 * @param representations best first; at least one
 */
public record AdaptationSet(int id, Kind kind, String language, String label, boolean main, List<String> captions,
        int startWithSap, List<Representation> representations) {
    /** The media type of the representations. */
    public enum Kind {
        VIDEO("video"), AUDIO("audio");

        private final String contentType;

        Kind(String contentType) {
            this.contentType = contentType;
        }

        String contentType() {
            return contentType;
        }
    }

    public AdaptationSet {
        captions = List.copyOf(captions);
        representations = List.copyOf(representations);
        if (id < 0 || startWithSap < 0 || startWithSap > 6 || representations.isEmpty()) {
            throw new IllegalArgumentException("adaptation set " + id + ": SAP type " + startWithSap + ", "
                    + representations.size() + " representations");
        }
    }

    /** Creates a set without captions. */
    public AdaptationSet(int id, Kind kind, String language, String label, boolean main, int startWithSap,
            List<Representation> representations) {
        this(id, kind, language, label, main, List.of(), startWithSap, representations);
    }
}
