package io.millrace.media.fuzz;

import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes the seed corpus, extracted from committed recordings. */
final class Seeds {
    private static final List<String> FILES = List.of("tiny", "enhanced-hevc-aac", "enhanced-av1-opus",
            "enhanced-vp9-flac",
            "enhanced-avc-ac3", "enhanced-avc-eac3", "enhanced-avc-mp3", "enhanced-multitrack", "enhanced-multicodec");
    private static final int LARGEST_BYTES = 2_000;
    private static final int TAGS_A_FILE = 12;

    private final Path directory;
    private int count;

    private Seeds(Path directory) {
        this.directory = directory;
    }

    /** @return the corpus directory */
    static Path write(Path directory, Class<?> target) throws IOException {
        Files.createDirectories(directory);
        Seeds seeds = new Seeds(directory);
        if (target == RtmpFuzz.Connection.class || target == RtmpFuzz.Chunks.class) {
            int skip = target == RtmpFuzz.Chunks.class ? 1 + 2 * 1536 : 0;
            byte[] publish = resource("/io/millrace/media/rtmp/ffmpeg-publish.bin");
            for (int length : new int[]{600, 1_200, 3_000}) {
                seeds.add(0xFF, ByteBuffer.wrap(publish, skip, Math.min(publish.length - skip, length + 3073 - skip)));
            }
        } else if (target == BodyFuzz.File.class) {
            seeds.add(-1, ByteBuffer.wrap(resource("/io/millrace/media/flv/tiny.flv")));
        } else {
            for (String file : FILES) {
                seeds.tags(resource("/io/millrace/media/flv/" + file + ".flv"), target);
            }
        }
        return directory;
    }

    private void tags(byte[] file, Class<?> target) throws IOException {
        FlvReader reader = new FlvReader(1 << 20);
        ByteBuffer in = ByteBuffer.wrap(file);
        int taken = 0;
        for (Optional<FlvTag> tag = reader.read(in); tag.isPresent() && taken < TAGS_A_FILE; tag = reader.read(in)) {
            ByteBuffer body = tag.get().body();
            boolean script = tag.get().type() == FlvTag.Type.SCRIPT;
            if (body.remaining() <= LARGEST_BYTES && script == (target == BodyFuzz.Amf.class)) {
                if (target == BodyFuzz.Config.class) {
                    // After a five-byte header, with any codec: the fuzzer tries the others.
                    for (int codec = 0; codec < 10 && body.remaining() > 5; codec++) {
                        add(codec, body.slice(5, body.remaining() - 5));
                    }
                } else {
                    add(-1, body);
                }
                taken++;
            }
        }
    }

    /** @param first a byte to prepend; none if negative */
    private void add(int first, ByteBuffer bytes) throws IOException {
        ByteBuffer seed = ByteBuffer.allocate(bytes.remaining() + (first < 0 ? 0 : 1));
        if (first >= 0) {
            seed.put((byte) first);
        }
        Files.write(directory.resolve("seed-" + count++), seed.put(bytes.duplicate()).array());
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Seeds.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }
}
