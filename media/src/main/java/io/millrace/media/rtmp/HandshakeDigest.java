package io.millrace.media.rtmp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The server's side of the complex handshake: a digest in C1 requires a digest in S1 and a signature in S2. Flash
 * Player since 9.0.124, encoders derived from Adobe's, and FFmpeg as a player verify them. Nothing is encrypted.
 *
 * <p>The digest is HMAC-SHA256 over the other 1504 bytes of the packet. Its offset is derived from the sum of four
 * other bytes. The keys are public, so the digest authenticates nobody. Stateless.
 */
final class HandshakeDigest {
    private static final int SIZE = Handshake.SIZE;
    private static final int DIGEST_BYTES = 32;
    private static final int OFFSETS = 728;
    private static final String ALGORITHM = "HmacSHA256";

    private static final byte[] SUFFIX = HexFormat.of()
            .parseHex("f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae");
    private static final byte[] PLAYER_NAME = "Genuine Adobe Flash Player 001".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SERVER_NAME = "Genuine Adobe Flash Media Server 001"
            .getBytes(StandardCharsets.US_ASCII);
    /** Version 3.5.1.1; a value other than 0 tells the peer that there is a digest. */
    private static final int SERVER_VERSION = 0x0305_0101;

    /**
     * Position of the four bytes whose sum determines the digest's offset. Offsets are counted from the end of these
     * bytes.
     */
    enum Layout {
        DIGEST_FIRST(8), KEY_FIRST(772);

        private final int pointer;

        Layout(int pointer) {
            this.pointer = pointer;
        }

        int offset(byte[] packet) {
            int sum = 0;
            for (int i = 0; i < 4; i++) {
                sum += packet[pointer + i] & 0xFF;
            }
            return pointer + 4 + sum % OFFSETS;
        }
    }

    private HandshakeDigest() {}

    /** Returns the layout of C1, or empty if it contains no valid digest, as in the simple handshake. */
    static Optional<Layout> find(byte[] c1) {
        if (c1[4] == 0 && c1[5] == 0 && c1[6] == 0 && c1[7] == 0) {
            return Optional.empty();
        }
        for (Layout layout : new Layout[]{Layout.KEY_FIRST, Layout.DIGEST_FIRST}) {
            int offset = layout.offset(c1);
            byte[] found = Arrays.copyOfRange(c1, offset, offset + DIGEST_BYTES);
            if (MessageDigest.isEqual(found, digest(c1, offset, PLAYER_NAME))) {
                return Optional.of(layout);
            }
        }
        return Optional.empty();
    }

    static byte[] s1(Layout layout, RandomGenerator random) {
        byte[] s1 = new byte[SIZE];
        random.nextBytes(s1);
        ByteBuffer.wrap(s1).putInt(0).putInt(SERVER_VERSION);
        int offset = layout.offset(s1);
        System.arraycopy(digest(s1, offset, SERVER_NAME), 0, s1, offset, DIGEST_BYTES);
        return s1;
    }

    /** Returns random bytes signed with a key that is derived from C1's digest. */
    static byte[] s2(Layout layout, byte[] c1, RandomGenerator random) {
        int offset = layout.offset(c1);
        byte[] key = hmac(concat(SERVER_NAME, SUFFIX), c1, offset, DIGEST_BYTES);
        byte[] s2 = new byte[SIZE];
        random.nextBytes(s2);
        int signed = SIZE - DIGEST_BYTES;
        System.arraycopy(hmac(key, s2, 0, signed), 0, s2, signed, DIGEST_BYTES);
        return s2;
    }

    private static byte[] digest(byte[] packet, int offset, byte[] name) {
        byte[] around = new byte[SIZE - DIGEST_BYTES];
        System.arraycopy(packet, 0, around, 0, offset);
        System.arraycopy(packet, offset + DIGEST_BYTES, around, offset, SIZE - DIGEST_BYTES - offset);
        return hmac(name, around, 0, around.length);
    }

    private static byte[] hmac(byte[] key, byte[] bytes, int offset, int length) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update(bytes, offset, length);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }
}
