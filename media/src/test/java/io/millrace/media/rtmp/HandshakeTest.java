package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The complex handshake as a client verifies it, implemented from the specification without our code. */
class HandshakeTest {
    private static final byte[] SUFFIX = HexFormat.of()
            .parseHex("F0EEC24A8068BEE82E00D0D1029E7E576EEC5D2D29806FAB93B8E636CFEB31AE");
    private static final String PLAYER = "Genuine Adobe Flash Player 001";
    private static final String SERVER = "Genuine Adobe Flash Media Server 001";

    @ParameterizedTest
    @EnumSource(HandshakeDigest.Layout.class)
    void answersDigestInSameLayoutWithSignature(HandshakeDigest.Layout layout) throws Exception {
        byte[] c1 = c1(layout, 17);
        byte[] answer = answer(c1);
        byte[] s1 = Arrays.copyOfRange(answer, 1, 1537);
        byte[] s2 = Arrays.copyOfRange(answer, 1537, 3073);
        assertThat(s1[4]).as("FFmpeg looks for a digest from 3 on").isGreaterThanOrEqualTo((byte) 3);
        int offset = offset(layout, s1);
        assertThat(Arrays.copyOfRange(s1, offset, offset + 32)).isEqualTo(around(s1, offset, SERVER));
        int asked = offset(layout, c1);
        byte[] name = SERVER.getBytes(StandardCharsets.US_ASCII);
        byte[] key = ByteBuffer.allocate(68).put(name).put(SUFFIX).array();
        byte[] signing = hmac(key, Arrays.copyOfRange(c1, asked, asked + 32));
        assertThat(Arrays.copyOfRange(s2, 1504, 1536)).isEqualTo(hmac(signing, Arrays.copyOf(s2, 1504)));
    }

    /** Four times 255 exceeds 728, so the offset wraps. */
    @ParameterizedTest
    @CsvSource({"DIGEST_FIRST, 0", "DIGEST_FIRST, 255", "KEY_FIRST, 0", "KEY_FIRST, 255"})
    void findsDigestAtAnyOffset(HandshakeDigest.Layout layout, int pointer) throws Exception {
        assertThat(HandshakeDigest.find(c1(layout, pointer))).contains(layout);
    }

    @Test
    void versionWithoutDigestIsSimple() {
        byte[] c1 = new byte[1536];
        new SplittableRandom(5).nextBytes(c1);
        byte[] answer = answer(c1);
        assertThat(Arrays.copyOfRange(answer, 5, 9)).containsOnly(0);
        assertThat(Arrays.copyOfRange(answer, 1537, 3073)).isEqualTo(c1);
    }

    /** As most encoders send it: zeros instead of a version, followed by arbitrary bytes. */
    @Test
    void zerosAreSimpleDespiteDigest() throws Exception {
        byte[] c1 = c1(HandshakeDigest.Layout.KEY_FIRST, 3);
        Arrays.fill(c1, 4, 8, (byte) 0);
        int offset = offset(HandshakeDigest.Layout.KEY_FIRST, c1);
        System.arraycopy(around(c1, offset, PLAYER), 0, c1, offset, 32);
        assertThat(HandshakeDigest.find(c1)).isEmpty();
    }

    @Test
    void acceptsAnyC2AndLeavesFollowingBytes() throws Exception {
        byte[] hello = new ByteWriter().uint8(3).bytes(c1(HandshakeDigest.Layout.DIGEST_FIRST, 9)).fill(0x5A, 1536)
                .uint8(0x42).toByteArray();
        for (int at = 1; at < hello.length; at += 7) {
            Handshake handshake = Handshake.server(new SplittableRandom(1));
            ByteWriter out = new ByteWriter();
            ByteBuffer first = ByteBuffer.wrap(hello, 0, at);
            assertThat(handshake.feed(first, out)).isFalse();
            ByteBuffer rest = ByteBuffer.wrap(hello, at, hello.length - at);
            assertThat(handshake.feed(rest, out)).isTrue();
            assertThat(rest.remaining()).isEqualTo(1);
            assertThat(out.size()).isEqualTo(3073);
        }
    }

    private static byte[] answer(byte[] c1) {
        ByteWriter out = new ByteWriter();
        Handshake.server(new SplittableRandom(1)).feed(ByteBuffer.wrap(new ByteWriter().uint8(3).bytes(c1)
                .toByteArray()), out);
        assertThat(out.size()).isEqualTo(3073);
        return out.toByteArray();
    }

    private static byte[] c1(HandshakeDigest.Layout layout, int pointer) throws Exception {
        byte[] c1 = new byte[1536];
        new SplittableRandom(pointer).nextBytes(c1);
        ByteBuffer.wrap(c1).putInt(0).putInt(0x80000702);
        int at = layout == HandshakeDigest.Layout.DIGEST_FIRST ? 8 : 772;
        Arrays.fill(c1, at, at + 4, (byte) pointer);
        int offset = offset(layout, c1);
        System.arraycopy(around(c1, offset, PLAYER), 0, c1, offset, 32);
        return c1;
    }

    private static int offset(HandshakeDigest.Layout layout, byte[] packet) {
        int at = layout == HandshakeDigest.Layout.DIGEST_FIRST ? 8 : 772;
        int sum = 0;
        for (int i = at; i < at + 4; i++) {
            sum += packet[i] & 0xFF;
        }
        return at + 4 + sum % 728;
    }

    private static byte[] around(byte[] packet, int offset, String name) throws Exception {
        return hmac(name.getBytes(StandardCharsets.US_ASCII), Arrays.copyOf(packet, offset),
                Arrays.copyOfRange(packet, offset + 32, 1536));
    }

    private static byte[] hmac(byte[] key, byte[]... parts) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }
}
