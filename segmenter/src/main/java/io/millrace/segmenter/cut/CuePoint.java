package io.millrace.segmenter.cut;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.MediaException;
import io.millrace.platform.log.Cue;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An encoder's {@code onCuePoint}: an AMF0 data message of that string and an object. The object has the fields
 * {@code name}, {@code type}, {@code time} and {@code parameters}, an object in turn (FLV cue points, as Adobe's encoders
 * send them), or other fields of its own, as in cue points for YouTube. {@code time} is ignored, because the message has a
 * timestamp. Immutable.
 *
 * @param durationMs {@code duration} or {@code break_duration_sec}; 0 without either
 * @param attributes {@code CLASS="onCuePoint"}, and one attribute for each field with a text, number or boolean: {@code X-}
 *        and the name in upper case. What exceeds the limits of {@link Cue} is left out
 */
record CuePoint(long durationMs, List<Cue.Attribute> attributes) {
    /** The name of the message, and of its cues. */
    static final String NAME = "onCuePoint";
    private static final double LONGEST_S = 24 * 60 * 60;
    private static final int LAST_WHOLE = 1 << 30;

    /** Parses {@code body}; returns empty if it is not an onCuePoint or cannot be read. */
    static Optional<CuePoint> parse(ByteBuffer body) {
        try {
            List<AmfValue> values = new Amf0Reader(body.duplicate(), Amf0Reader.Limits.DATA).readAll();
            return values.size() > 1 && values.get(0) instanceof AmfValue.Text(String name) && name.equals(NAME)
                    && values.get(1) instanceof AmfValue.Keyed fields ? Optional.of(of(fields)) : Optional.empty();
        } catch (MediaException _) {
            return Optional.empty(); // the log still contains it verbatim
        }
    }

    private static CuePoint of(AmfValue.Keyed fields) {
        Map<String, Cue.Attribute> attributes = new LinkedHashMap<>();
        attributes.put("CLASS", new Cue.Attribute("CLASS", NAME));
        add(fields, attributes);
        long durationMs = durationMs(fields);
        if (fields.fields().get("parameters") instanceof AmfValue.Keyed parameters) {
            add(parameters, attributes);
            durationMs = durationMs == 0 ? durationMs(parameters) : durationMs;
        }
        return new CuePoint(durationMs, List.copyOf(attributes.values()));
    }

    private static void add(AmfValue.Keyed fields, Map<String, Cue.Attribute> attributes) {
        int chars = attributes.values().stream().mapToInt(CuePoint::chars).sum();
        for (Map.Entry<String, AmfValue> field : fields.fields().entrySet()) {
            String name = "X-" + field.getKey().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "-");
            Optional<String> value = text(field.getValue());
            if (value.isPresent() && !field.getKey().isEmpty() && !field.getKey().equals("time")
                    && name.length() <= Cue.Attribute.NAME_LIMIT && attributes.size() < Cue.ATTRIBUTES_LIMIT
                    && chars + name.length() + value.get().length() <= Cue.ATTRIBUTE_CHARS_LIMIT
                    && attributes.putIfAbsent(name, new Cue.Attribute(name, value.get())) == null) {
                chars += name.length() + value.get().length();
            }
        }
    }

    private static int chars(Cue.Attribute attribute) {
        return attribute.name().length() + attribute.value().length();
    }

    private static Optional<String> text(AmfValue value) {
        return switch (value) {
            case AmfValue.Text(String text) -> Optional.of(quotable(text));
            case AmfValue.Number(double number) -> Optional.of(number(number));
            case AmfValue.Bool(boolean bool) -> Optional.of(Boolean.toString(bool));
            default -> Optional.empty();
        };
    }

    private static String quotable(String text) {
        return text.replace('"', '\'').codePoints().filter(c -> !Cue.Attribute.isControl(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    private static String number(double number) {
        return number == Math.rint(number) && Math.abs(number) < LAST_WHOLE
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    private static long durationMs(AmfValue.Keyed fields) {
        double seconds = fields.number("duration").or(() -> fields.number("break_duration_sec")).orElse(0.0);
        return seconds > 0 && seconds <= LONGEST_S ? Math.round(seconds * 1_000) : 0;
    }
}
