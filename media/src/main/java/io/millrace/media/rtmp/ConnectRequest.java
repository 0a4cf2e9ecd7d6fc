package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The fields of a {@code connect} command that the server uses. Immutable.
 *
 * @param app application, including its query if there is one
 * @param client flashVer, printable characters only, truncated to {@link RtmpLimits#CLIENT_CHARS}
 * @param capsEx the client's capabilities beyond RTMP 1.0 (Enhanced RTMP, "Enhancing NetConnection connect Command"); 0
 *     if it sent none
 * @param isEnhanced whether the client sent any field of Enhanced RTMP, and therefore reads those in the reply
 * @param fourCcs codecs beyond those of RTMP 1.0 that the client accepts; {@code *} for all
 */
record ConnectRequest(String app, String tcUrl, String client, int capsEx, boolean isEnhanced,
        Set<String> fourCcs) {
    /** The client reconnects at a keyframe when the server asks it to. */
    static final int RECONNECT = 0x01;
    /** The client handles several tracks of the same kind. */
    static final int MULTITRACK = 0x02;
    /** The client handles ModEx message modifiers. */
    static final int MOD_EX = 0x04;

    /** Bits of a codec's capability mask: the client decodes (1) or forwards (4) the codec. */
    private static final int TAKES = 0x01 | 0x04;

    private static final List<String> ENHANCED_KEYS = List.of("capsEx", "fourCcList", "videoFourCcInfoMap",
            "audioFourCcInfoMap");

    static ConnectRequest parse(RtmpMessage.Command command) {
        if (!(command.object() instanceof AmfValue.Keyed object)) {
            return new ConnectRequest("", "", "", 0, false, Set.of());
        }
        return new ConnectRequest(object.text("app").orElse(""), object.text("tcUrl").orElse(""),
                printable(object.text("flashVer").orElse("")), object.number("capsEx").orElse(0.0).intValue(),
                ENHANCED_KEYS.stream().anyMatch(object.fields()::containsKey), fourCcs(object));
    }

    /**
     * Returns the accepted codecs. {@code fourCcList} (version 1) lists codecs that the client decodes; the maps
     * (version 2) hold a capability mask for each codec.
     */
    private static Set<String> fourCcs(AmfValue.Keyed connect) {
        Set<String> fourCcs = new LinkedHashSet<>();
        if (connect.fields().get("fourCcList") instanceof AmfValue.StrictArray(List<AmfValue> items)) {
            for (AmfValue item : items) {
                if (item instanceof AmfValue.Text(String fourCc)) {
                    fourCcs.add(fourCc);
                }
            }
        }
        for (String map : List.of("videoFourCcInfoMap", "audioFourCcInfoMap")) {
            if (connect.fields().get(map) instanceof AmfValue.Keyed infos) {
                infos.fields().forEach((fourCc, info) -> {
                    if (info instanceof AmfValue.Number(double mask) && ((int) mask & TAKES) != 0) {
                        fourCcs.add(fourCc);
                    }
                });
            }
        }
        return fourCcs;
    }

    /** Returns a description of what is wrong with the request, or empty if it is valid. */
    Optional<String> problem(RtmpLimits.NameChars limits) {
        if (app.isEmpty()) {
            return Optional.of("the URL contains no application");
        }
        if (app.length() > limits.app() + limits.query()) {
            return Optional.of("the application is longer than " + limits.app() + " characters");
        }
        if (tcUrl.length() > limits.tcUrl()) {
            return Optional.of("tcUrl is longer than " + limits.tcUrl() + " characters");
        }
        return Optional.empty();
    }

    boolean knowsReconnect() {
        return (capsEx & RECONNECT) != 0;
    }

    private static String printable(String text) {
        return text.codePoints().filter(c -> c >= ' ' && c < 0x7F).limit(RtmpLimits.CLIENT_CHARS)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }
}
