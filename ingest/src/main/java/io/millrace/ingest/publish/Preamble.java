package io.millrace.ingest.publish;

import io.millrace.platform.log.Packet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What an encoder says once and every session must hold: metadata and sequence headers, the latest of each. A session that
 * is begun anew in the middle of a publish starts with them.
 *
 * <p>Confined to one thread at a time. Holds at most three bodies, bounded by the message limits of RTMP.
 */
final class Preamble {
    /** AMF0 string marker, length, {@code onMetaData}. */
    private static final ByteBuffer METADATA = ByteBuffer.allocate(13).put((byte) 2).putShort((short) 10)
            .put("onMetaData".getBytes(StandardCharsets.US_ASCII)).flip().asReadOnlyBuffer();

    private Packet metadata;
    private Packet videoConfig;
    private Packet audioConfig;

    void remember(Packet packet) {
        switch (packet.kind()) {
            case DATA -> {
                if (isMetadata(packet.body())) {
                    metadata = packet;
                }
            }
            case VIDEO -> {
                if (packet.config()) {
                    videoConfig = packet;
                }
            }
            case AUDIO -> {
                if (packet.config()) {
                    audioConfig = packet;
                }
            }
        }
    }

    /** The first packets of {@code session}, from seq 0, as if they had come with its first frame. */
    List<Packet> packets(long session, long arrivalUs, long timestampMs) {
        List<Packet> packets = new ArrayList<>(3);
        for (Packet p : new Packet[]{metadata, videoConfig, audioConfig}) {
            if (p != null) {
                packets.add(new Packet(session, packets.size(), arrivalUs, timestampMs, p.compositionTimeMs(),
                        p.kind(), p.track(), p.keyframe(), p.recoveryPoint(), p.config(), p.body()));
            }
        }
        return packets;
    }

    private static boolean isMetadata(ByteBuffer body) {
        int size = METADATA.remaining();
        return body.remaining() >= size && body.slice(body.position(), size).equals(METADATA);
    }
}
