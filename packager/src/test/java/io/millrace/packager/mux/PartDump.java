package io.millrace.packager.mux;

import io.millrace.platform.log.IndexEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.CRC32;

/** Prints a CMAF part and its index entry as text: a line for each box, with its content in hexadecimal. */
final class PartDump {
    private static final Set<String> CONTAINERS = Set.of("moov", "trak", "mdia", "minf", "dinf", "stbl", "mvex",
            "moof", "traf");

    private final StringBuilder lines = new StringBuilder();

    private PartDump() {}

    static String of(MuxedPart part) {
        PartDump dump = new PartDump();
        IndexEntry entry = part.entry(0);
        dump.lines.append("%s segment %d part %d%s: %d bytes, init %d, start %d, duration %d, time %d%s, frame %d%n"
                .formatted(entry.rendition().words(), entry.id().segment(), entry.id().part(),
                        entry.last() ? " (last)" : "", entry.place().sizeBytes(), entry.place().initBytes(),
                        entry.times().startTicks(), entry.times().durationTicks(), entry.times().programDateTimeMs(),
                        entry.independent() ? ", independent" : "", entry.keyframe().offset()));
        dump.boxes(part.part().bytes().duplicate(), "  ");
        return dump.lines.toString();
    }

    private void boxes(ByteBuffer in, String indent) {
        while (in.hasRemaining()) {
            int sizeBytes = in.getInt();
            byte[] type = new byte[4];
            in.get(type);
            byte[] content = new byte[sizeBytes - 8];
            in.get(content);
            String name = new String(type, StandardCharsets.US_ASCII);
            lines.append(indent).append(name);
            if (CONTAINERS.contains(name)) {
                lines.append('\n');
                boxes(ByteBuffer.wrap(content), indent + "  ");
            } else if (name.equals("mdat")) {
                CRC32 crc = new CRC32();
                crc.update(content);
                lines.append(' ').append(content.length).append(" bytes, CRC-32 ")
                        .append(HexFormat.of().toHexDigits((int) crc.getValue())).append('\n');
            } else {
                lines.append(' ').append(HexFormat.of().formatHex(content)).append('\n');
            }
        }
    }
}
