package io.millrace.segmenter.cut;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.flv.TagTracks;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The parts of an encoder's {@code onMetaData} (FLV 10.1, E.5) that the directory uses. Immutable.
 *
 * @param declaredBitrate bits per second of all tracks; 0 if not declared
 * @param encoder name of the encoding program in one line, such as {@code Lavf60.16.100} or
 *        {@code obs-output module (libobs version 30.0.2)}; empty if not declared. The connect command's
 *        {@code flashVer} is no substitute: librtmp sends {@code FMLE/3.0} for every program
 * @param labels language and name of tracks in {@code audioTrackIdInfoMap} and {@code videoTrackIdInfoMap} (Enhanced RTMP
 *        v2), up to {@link TagTracks#MAX_TRACKS} of a kind
 */
record Metadata(long declaredBitrate, String encoder, Map<TrackId, TrackLabel> labels) {
    /** Length limit of the encoder's name, the same as that of {@code flashVer}. */
    static final int ENCODER_CHARS = 256;
    /** Length limit of a track's name. */
    static final int NAME_CHARS = 64;
    /** As far as it is needed to reject other text (RFC 5646, 2.1). */
    private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}");
    private static final Pattern TRACK_NUMBER = Pattern.compile("[0-9]{1,3}");
    private static final Metadata NOTHING = new Metadata(0, "", Map.of());
    /** Values from this on are ignored, because the encoder controls the field. */
    private static final double MOST_KBIT = 10_000_000;

    /** Parses {@code body}; returns empty metadata if {@code body} is not an onMetaData or cannot be read. */
    static Metadata parse(ByteBuffer body) {
        try {
            List<AmfValue> values = new Amf0Reader(body.duplicate(), Amf0Reader.Limits.DATA).readAll();
            return values.size() > 1 && values.get(0) instanceof AmfValue.Text(String name)
                    && name.equals("onMetaData") && values.get(1) instanceof AmfValue.Keyed fields
                            ? new Metadata(bitrate(fields), text(fields.text("encoder"), ENCODER_CHARS),
                                    labels(fields))
                            : NOTHING;
        } catch (MediaException _) {
            return NOTHING; // the log still contains it verbatim
        }
    }

    private static Map<TrackId, TrackLabel> labels(AmfValue.Keyed fields) {
        Map<TrackId, TrackLabel> labels = new TreeMap<>();
        addLabels(fields, "videoTrackIdInfoMap", Packet.Kind.VIDEO, labels);
        addLabels(fields, "audioTrackIdInfoMap", Packet.Kind.AUDIO, labels);
        return labels;
    }

    private static void addLabels(AmfValue.Keyed fields, String map, Packet.Kind kind,
            Map<TrackId, TrackLabel> labels) {
        if (fields.fields().get(map) instanceof AmfValue.Keyed tracks) {
            tracks.fields().entrySet().stream().limit(TagTracks.MAX_TRACKS).forEach(each -> {
                if (TRACK_NUMBER.matcher(each.getKey()).matches() && each.getValue() instanceof AmfValue.Keyed track) {
                    TrackLabel label = label(track);
                    if (!label.equals(TrackLabel.NONE)) {
                        labels.put(new TrackId(kind, Integer.parseInt(each.getKey())), label);
                    }
                }
            });
        }
    }

    private static TrackLabel label(AmfValue.Keyed track) {
        String language = track.text("language").filter(text -> LANGUAGE.matcher(text).matches()).orElse(null);
        String name = text(track.text("name"), NAME_CHARS);
        return new TrackLabel(language, name.isEmpty() ? null : name);
    }

    private static String text(Optional<String> text, int limit) {
        return text.orElse("").codePoints().filter(Metadata::isVisible).limit(limit)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString().strip();
    }

    /** Returns false for characters that could break a line or change the direction of the text. */
    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            default -> true;
        };
    }

    /**
     * Returns the declared bitrate of all tracks. Returns 0 if there is no video bitrate, because the total would be
     * too low: FFmpeg writes 0 if the encoder has no target bitrate.
     */
    private static long bitrate(AmfValue.Keyed fields) {
        long video = kbit(fields, "videodatarate");
        return video == 0 ? 0 : video + kbit(fields, "audiodatarate");
    }

    private static long kbit(AmfValue.Keyed fields, String name) {
        double kbit = fields.number(name).orElse(0.0);
        return kbit > 0 && kbit < MOST_KBIT ? (long) (kbit * 1_000) : 0;
    }
}
