package io.millrace.media.rtmp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Ways in which the network may split input. */
final class Splits {
    private Splits() {}

    /** Unsplit, byte by byte, and in two at every position. */
    static Stream<List<ByteBuffer>> all(byte[] bytes) {
        Stream<List<ByteBuffer>> inTwo = IntStream.range(1, bytes.length)
                .mapToObj(at -> List.of(ByteBuffer.wrap(bytes, 0, at), ByteBuffer.wrap(bytes, at, bytes.length - at)));
        return Stream.concat(Stream.of(List.of(ByteBuffer.wrap(bytes)), every(bytes, 1)), inTwo);
    }

    /** Splits into pieces of {@code size} bytes. */
    static List<ByteBuffer> every(byte[] bytes, int size) {
        List<ByteBuffer> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += size) {
            pieces.add(ByteBuffer.wrap(bytes, at, Math.min(size, bytes.length - at)));
        }
        return pieces;
    }
}
