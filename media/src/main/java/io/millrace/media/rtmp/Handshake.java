package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The handshake of either side (RTMP 1.0, 5.2): simple, and as a server also complex, for a C1 with a digest in it
 * ({@link HandshakeDigest}).
 *
 * <pre>
 * C0, S0   1 byte: version 3
 * C1, S1   1536: time u32 | 0 u32 (so no digest is looked for) | 1528 random bytes
 * C2, S2   1536: the peer's C1 or S1, as it came
 * </pre>
 *
 * <p>Confined to one thread. The server answers C0 C1 with S0 S1 S2 at once, since GStreamer waits for all of it. What the
 * client sends as C2 is not looked at: many send junk.
 */
final class Handshake {
    static final int VERSION = 3;
    static final int SIZE = 1536;

    private static final int TLS = 0x16;
    private static final int RTMPE = 0x06;
    private static final int RTMPE_XTEA = 0x08;
    /** Version 1 begins with a P, as POST does. */
    private static final int PROXY_V2 = 0x0D;
    private static final String UNEXPECTED_PROXY = "a PROXY header that is not expected from there";

    private enum Phase { VERSION, FIRST, SECOND, DONE }

    private final boolean server;
    private final RandomGenerator random;
    private final byte[] peer = new byte[SIZE];
    private int filled;
    private Phase phase = Phase.VERSION;

    private Handshake(boolean server, RandomGenerator random) {
        this.server = server;
        this.random = random;
    }

    static Handshake server(RandomGenerator random) {
        return new Handshake(true, random);
    }

    /** Writes C0 and C1. */
    static Handshake client(RandomGenerator random, ByteWriter out) {
        Handshake handshake = new Handshake(false, random);
        handshake.hello(out);
        return handshake;
    }

    /** Takes what belongs to the handshake and leaves the rest; true once it is complete. */
    boolean feed(ByteBuffer in, ByteWriter out) {
        while (phase != Phase.DONE && in.hasRemaining()) {
            if (phase == Phase.VERSION) {
                checkVersion(in.get() & 0xFF);
                phase = Phase.FIRST;
            } else if (take(in)) {
                filled = 0;
                phase = phase == Phase.FIRST ? answer(out) : Phase.DONE;
            }
        }
        return phase == Phase.DONE;
    }

    private boolean take(ByteBuffer in) {
        int count = Math.min(in.remaining(), SIZE - filled);
        in.get(peer, filled, count);
        filled += count;
        return filled == SIZE;
    }

    private Phase answer(ByteWriter out) {
        Optional<HandshakeDigest.Layout> complex = server ? HandshakeDigest.find(peer) : Optional.empty();
        if (complex.isPresent()) {
            out.uint8(VERSION).bytes(HandshakeDigest.s1(complex.get(), random))
                    .bytes(HandshakeDigest.s2(complex.get(), peer, random));
            return Phase.SECOND;
        }
        if (server) {
            hello(out);
        }
        out.bytes(peer);
        return Phase.SECOND;
    }

    private void hello(ByteWriter out) {
        byte[] noise = new byte[SIZE - 8];
        random.nextBytes(noise);
        out.uint8(VERSION).uint32(0).uint32(0).bytes(noise);
    }

    private static void checkVersion(int version) {
        switch (version) {
            case VERSION -> {
            }
            case TLS -> throw new UnsupportedException("handshake", "C0", "TLS", "RTMP without TLS on this port");
            case RTMPE, RTMPE_XTEA -> throw new UnsupportedException("handshake", "C0", "RTMPE", "RTMP");
            case 'G' -> throw new UnsupportedException("handshake", "C0", "HTTP", "RTMP");
            case 'P' -> throw new UnsupportedException("handshake", "C0", "HTTP or " + UNEXPECTED_PROXY, "RTMP");
            case PROXY_V2 -> throw new UnsupportedException("handshake", "C0", UNEXPECTED_PROXY, "RTMP");
            default -> throw MalformedException.value("handshake", "C0", version, "3");
        }
    }
}
