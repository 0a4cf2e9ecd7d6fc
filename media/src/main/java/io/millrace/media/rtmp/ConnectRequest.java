package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What of {@code connect} matters to us. Immutable.
 *
 * @param app application, with its query if it has one
 * @param client flashVer, printable, cut at {@link RtmpLimits#CLIENT_CHARS}
 * @param capsEx what it can do beyond RTMP 1.0 (Enhanced RTMP, "Enhancing NetConnection connect Command"); 0 if it is silent
 * @param isEnhanced whether it spoke of Enhanced RTMP at all, and so reads what we say of it
 * @param fourCcs codecs beyond those of RTMP 1.0 that it takes, {@code *} for all
 */
record ConnectRequest(String app, String tcUrl, String client, int capsEx, boolean isEnhanced,
        Set<String> fourCcs) {
    /** It leaves at a keyframe and connects again when it is asked to. */
    static final int RECONNECT = 0x01;
    /** Several tracks of a kind. */
    static final int MULTITRACK = 0x02;
    /** Modifiers of a message. */
    static final int MOD_EX = 0x04;

    /** It decodes (1) or forwards (4). */
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

    /** {@code fourCcList} of version 1 says what it decodes; the maps of version 2 say of each what it does with it. */
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

    /** What is wrong with it, if anything is. */
    Optional<String> problem(RtmpLimits.NameChars limits) {
        if (app.isEmpty()) {
            return Optional.of("the URL names no application");
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
