package io.millrace.media.isobmff;

import io.millrace.media.bytes.ByteReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Dumps a file's boxes as readable text, with a parser independent of the one under test. It checks that every box lies
 * within its parent, that the children of a box fill it to its last byte, and that the counts of tables match their
 * entries.
 */
public final class BoxDump {
    private static final Set<String> CONTAINERS = Set.of("moov", "trak", "edts", "mdia", "minf", "dinf", "stbl", "mvex",
            "moof",
            "traf");
    private static final int ROW_LIMIT = 24;

    private final StringBuilder lines = new StringBuilder();

    private BoxDump() {}

    /** Returns one line for each box. */
    public static String of(ByteBuffer file) {
        BoxDump dump = new BoxDump();
        dump.boxes(file.duplicate(), "");
        return dump.lines.toString();
    }

    private void boxes(ByteBuffer in, String indent) {
        while (in.hasRemaining()) {
            int start = in.position();
            long size = in.getInt() & 0xFFFF_FFFFL;
            byte[] fourCc = new byte[4];
            in.get(fourCc);
            String type = new String(fourCc, StandardCharsets.US_ASCII);
            size = size == 1 ? in.getLong() : size;
            int end = Math.toIntExact(start + size);
            ByteBuffer payload = in.slice(in.position(), end - in.position());
            in.position(end);
            lines.append(indent).append(type).append(' ').append(size).append(" bytes");
            if (CONTAINERS.contains(type)) {
                lines.append('\n');
                boxes(payload, indent + "  ");
            } else {
                fields(type, payload, indent);
            }
        }
    }

    private void fields(String type, ByteBuffer payload, String indent) {
        ByteReader in = new ByteReader(type, payload);
        switch (type) {
            case "mdat" -> lines.append('\n');
            case "ftyp", "styp" -> lines.append(": ").append(new String(in.bytes(in.remaining(), "brands"),
                    StandardCharsets.US_ASCII).replaceAll("[^ -~]", "?")).append('\n');
            case "stsd", "dref" -> {
                lines.append(version(in)).append(" entries=").append(in.uint32("entry_count")).append('\n');
                boxes(in.rest(), indent + "  ");
            }
            case "avc1", "hvc1", "av01", "vp09" -> children(in, 78, indent);
            case "mp4a", "Opus", "fLaC", "ac-3", "ec-3" -> children(in, 28, indent);
            case "stts", "ctts" -> table(in, 2, 4);
            case "stss", "stco" -> table(in, 1, 4);
            case "co64" -> table(in, 1, 8);
            case "stsc" -> table(in, 3, 4);
            case "elst" -> edits(in);
            case "trun" -> run(in);
            case "stsz" -> {
                lines.append(version(in)).append(" common=").append(in.uint32("sample_size"));
                rows(in, 1, 4);
            }
            default -> lines.append(": ").append(HexFormat.of().formatHex(in.bytes(in.remaining(), "rest")))
                    .append('\n');
        }
    }

    private void children(ByteReader in, int bytes, String indent) {
        lines.append(": ").append(HexFormat.of().formatHex(in.bytes(bytes, "fields"))).append('\n');
        boxes(in.rest(), indent + "  ");
    }

    private void edits(ByteReader in) {
        String version = version(in);
        lines.append(version);
        long count = in.uint32("entry_count");
        for (long i = 0; i < count; i++) {
            boolean wide = version.startsWith(" v1");
            long duration = wide ? in.int64("duration") : in.uint32("duration");
            long time = wide ? in.int64("time") : in.int32("time");
            lines.append(" (").append(duration).append(" ms from ").append(time).append(')');
            in.skip(4, "rate");
        }
        ended(in);
    }

    /** Rows of duration, size, flags and composition offset, as far as they are there. */
    private void run(ByteReader in) {
        lines.append(" v").append(in.uint8("version"));
        int flags = in.uint24("flags");
        lines.append(" flags=").append(Integer.toHexString(flags));
        long count = in.uint32("sample_count");
        lines.append(" data=").append((flags & 1) != 0 ? in.int32("data_offset") : 0);
        lines.append((flags & 4) != 0 ? " first=%08x".formatted(in.int32("first_sample_flags")) : "");
        rows(in, count, Integer.bitCount(flags >>> 8), 4);
    }

    private void table(ByteReader in, int columns, int bytes) {
        lines.append(version(in));
        rows(in, columns, bytes);
    }

    private void rows(ByteReader in, int columns, int bytes) {
        rows(in, in.uint32("entry_count"), columns, bytes);
    }

    private void rows(ByteReader in, long count, int columns, int bytes) {
        lines.append(" entries=").append(count).append(':');
        List<String> rows = new ArrayList<>();
        for (long row = 0; row < count; row++) {
            List<Long> values = new ArrayList<>();
            for (int column = 0; column < columns; column++) {
                values.add(bytes == 8 ? in.int64("entry") : in.int32("entry"));
            }
            rows.add(values.stream().map(String::valueOf).collect(Collectors.joining("/")));
        }
        lines.append(' ').append(String.join(" ", rows.subList(0, Math.min(rows.size(), ROW_LIMIT))))
                .append(rows.size() > ROW_LIMIT ? " …" : "");
        ended(in);
    }

    private void ended(ByteReader in) {
        if (in.hasRemaining()) {
            throw new AssertionError(in.remaining() + " bytes are left behind " + lines);
        }
        lines.append('\n');
    }

    private static String version(ByteReader in) {
        return " v" + in.uint8("version") + " flags=" + in.uint24("flags");
    }
}
