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
 * The messages that an encoder sends once and every session must contain: the latest metadata and the latest
 * configuration of each track. A session that replaces another one in the middle of a publish begins with them.
 *
 * <p>Confined to one thread at a time. Bounded by the tracks and the bytes of {@link MediaLimits}.
 */
final class Preamble {
    /** AMF0 string marker, length, {@code onMetaData}. */
    private static final ByteBuffer METADATA = ByteBuffer.allocate(13).put((byte) 2).putShort((short) 10)
            .put("onMetaData".getBytes(StandardCharsets.US_ASCII)).flip().asReadOnlyBuffer();

    /**
     * A decoder configuration and the other metadata of a track (colours, loudspeakers) replace only their own kind.
     */
    private record Subject(Packet.Kind kind, int track, boolean decoder) {}

    private Packet metadata;
    private final SequencedMap<Subject, Packet> configs = new LinkedHashMap<>();

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
     * Returns the first packets of {@code session}, from seq 0, with the time of its first frame.
     *
     * @param tracks the default tracks of the session: the configurations of former ones are left out
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

    /** Whether the session has the track. The other metadata of a track belongs to any codec. */
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
