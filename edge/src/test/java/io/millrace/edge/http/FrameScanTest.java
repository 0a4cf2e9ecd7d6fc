package io.millrace.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FrameScanTest {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private record Found(FrameScan.Kind kind, int bytes, boolean inHeaders) {}

    /** Scans the bytes as they arrive in two pieces. */
    private static List<Found> scan(byte[] all, int split) {
        var scan = new FrameScan();
        List<Found> found = new ArrayList<>();
        int at = 0;
        for (int end : List.of(split, all.length)) {
            ByteBuf in = Unpooled.wrappedBuffer(all, 0, end);
            for (int bytes = scan.next(in, at); bytes > 0; bytes = scan.next(in, at)) {
                found.add(new Found(scan.kind(), bytes, scan.isInHeaders()));
                at += bytes;
            }
        }
        return found;
    }

    @Test
    void findsFramesUnderEverySplit() {
        var all = new ByteArrayOutputStream();
        all.writeBytes(PREFACE);
        all.writeBytes(RawHttp2.encode(RawHttp2.SETTINGS, 0, 0));
        all.writeBytes(RawHttp2.encode(RawHttp2.HEADERS, 0, 1, new byte[]{1, 2, 3}));
        all.writeBytes(RawHttp2.encode(RawHttp2.CONTINUATION, 0, 1, new byte[300]));
        all.writeBytes(RawHttp2.encode(RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, 1));
        all.writeBytes(RawHttp2.encode(RawHttp2.PING, 0, 0, new byte[8]));
        for (int split = 0; split <= all.size(); split++) {
            assertThat(scan(all.toByteArray(), split)).as("split at %s", split).containsExactly(
                    new Found(FrameScan.Kind.PREFACE, 24, false), new Found(FrameScan.Kind.OTHER, 9, false),
                    new Found(FrameScan.Kind.REQUEST, 12, true), new Found(FrameScan.Kind.OTHER, 309, true),
                    new Found(FrameScan.Kind.OTHER, 9, false), new Found(FrameScan.Kind.OTHER, 17, false));
        }
    }

    @Test
    void doesNotWaitForEndOfTooLongFrame() {
        var all = new ByteArrayOutputStream();
        all.writeBytes(PREFACE);
        all.writeBytes(RawHttp2.encode(RawHttp2.DATA, 0, 1, new byte[FrameScan.PAYLOAD_BYTES]));
        all.writeBytes(new byte[]{0, 0x40, 1, 0, 0, 0, 0, 0, 1});
        assertThat(scan(all.toByteArray(), 0)).containsExactly(new Found(FrameScan.Kind.PREFACE, 24, false),
                new Found(FrameScan.Kind.OTHER, 9 + FrameScan.PAYLOAD_BYTES, false),
                new Found(FrameScan.Kind.TOO_LONG, 9, false));
    }
}
