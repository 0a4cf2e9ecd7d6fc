package io.millrace.ingest.publish;

import io.millrace.media.remux.TrackMedia;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackSet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * The messages that an encoder sends once and that every session must contain: the latest metadata and the latest
 * configuration of each track. A session that replaces another one in the middle of a publish begins with them.
 *
 * <p>Confined to one thread at a time. Bounded by the tracks and the bytes of {@link MediaLimits}.
 */
final class Preamble {
    /** AMF0 string marker, length, {@code onMetaData}. */
    private static final ByteBuffer METADATA = ByteBuffer.allocate(13).put((byte) 2).putShort((short) 10)
            .put("onMetaData".getBytes(StandardCharsets.US_ASCII)).flip().asReadOnlyBuffer();

    /**
     * Identifies the earlier packet that a packet replaces. A decoder configuration does not replace the other metadata
     * of its track (colours, loudspeakers), and vice versa.
     */
    private record Subject(Packet.Kind kind, int track, boolean decoder) {}

    private Packet metadata;
    private final SequencedMap<Subject, Packet> configs = new LinkedHashMap<>();

    /** Remembers the packet if it is metadata or a configuration; ignores any other packet. */
    void remember(Packet packet) {
        switch (packet.kind()) {
            case DATA -> {
                if (isMetadata(packet.body())) {
                    metadata = packet;
                }
            }
            case VIDEO, AUDIO -> {
                if (packet.isConfig()) {
                    boolean decoder = packet.media() instanceof TrackMedia.Configuration;
                    configs.put(new Subject(packet.kind(), packet.track(), decoder), packet);
                }
            }
        }
    }

    /**
     * Returns the first packets of {@code session}, numbered from seq 0, with the given times, which are those of the
     * session's first frame.
     *
     * @param tracks the default tracks of the session; the configurations of former tracks are omitted
     */
    List<Packet> packets(long session, TrackSet tracks, long arrivalUs, long timestampMs) {
        List<Packet> kept = new ArrayList<>();
        if (metadata != null) {
            kept.add(metadata);
        }
        configs.values().stream().filter(config -> config.track() != 0 || isOf(config, tracks)).forEach(kept::add);
        List<Packet> packets = new ArrayList<>(kept.size());
        for (Packet p : kept) {
            packets.add(p.at(session, packets.size(), arrivalUs, timestampMs));
        }
        return packets;
    }

    /**
     * Returns whether the session has the track of a configuration. Metadata other than decoder configurations belongs
     * to any codec.
     */
    private static boolean isOf(Packet config, TrackSet tracks) {
        String expected = config.kind() == Packet.Kind.VIDEO ? tracks.video() : tracks.audio();
        return expected != null && (!(config.media() instanceof TrackMedia.Configuration(_, var codec, _))
                || codec.name().equals(expected));
    }

    private static boolean isMetadata(ByteBuffer body) {
        int size = METADATA.remaining();
        return body.remaining() >= size && body.slice(body.position(), size).equals(METADATA);
    }
}
