package io.millrace.media.rtmp;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The RTMP handshake (RTMP 1.0, 5.2) of a client or a server. Both support the simple handshake; the server also
 * answers the complex one, whose C1 contains a digest ({@link HandshakeDigest}).
 *
 * <pre>
 * C0, S0   1 byte: version 3
 * C1, S1   1536 bytes: time u32 | 0 u32 (tells the peer that there is no digest) | 1528 random bytes
 * C2, S2   1536 bytes: a copy of the peer's C1 or S1
 * </pre>
 *
 * <p>Confined to one thread. The server replies to C0 and C1 with S0, S1 and S2 together because GStreamer waits for
 * all three. The content of C2 is not checked: many clients send arbitrary bytes.
 */
final class Handshake {
    static final int VERSION = 3;
    static final int SIZE = 1536;

    private static final int TLS = 0x16;
    private static final int RTMPE = 0x06;
    private static final int RTMPE_XTEA = 0x08;
    /** First byte of a PROXY protocol version 2 header; version 1 begins with 'P', as does HTTP POST. */
    private static final int PROXY_V2 = 0x0D;
    private static final String UNEXPECTED_PROXY = "a PROXY header, which is not accepted from this address";

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

    /** Starts a client handshake and writes C0 and C1 to {@code out}. */
    static Handshake client(RandomGenerator random, ByteWriter out) {
        Handshake handshake = new Handshake(false, random);
        handshake.hello(out);
        return handshake;
    }

    /**
     * Consumes the handshake's bytes from {@code in} and leaves the rest; returns true once the handshake is complete.
     */
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
