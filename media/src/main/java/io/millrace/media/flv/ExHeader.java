package io.millrace.media.flv;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The header shared by audio and video messages of Enhanced RTMP v2, up to the data of each track.
 *
 * <pre>
 * ModEx, while the packet type is 7           size - 1: u8, if FF then u16 | data | kind:4, next packet type:4
 * Multitrack, if the packet type says so      mode:4, packet type:4
 * FourCC                                      u32, unless the mode is 2
 * without Multitrack                          data
 * mode 0, one track                           track: u8 | data
 * mode 1, tracks of one codec                 {track: u8 | size: u24 | data}
 * mode 2, tracks of several codecs            {FourCC | track: u8 | size: u24 | data}
 * </pre>
 *
 * <p>Immutable. Limits: {@link TagTracks#MAX_MOD_EX}, {@link TagTracks#MAX_TRACKS}.
 *
 * @param packetType packet type of every track of the message
 * @param offsetNanos nanoseconds to add to the timestamp of this message only, 0 to 999 999
 * @param tracks in wire order, at least one
 */
record ExHeader(int packetType, int offsetNanos, List<TrackData> tracks) {
    private static final int MOD_EX = 7;
    private static final int TIMESTAMP_OFFSET_NANO = 0;
    private static final int MAX_OFFSET_NANOS = 999_999;

    /** The data of one track; the rest of the message if there is only one track. */
    record TrackData(int track, Codec codec, ByteBuffer data) {}

    /** The part of the header before the FourCC. It is read separately because a video message may end after it. */
    record Prefix(int packetType, int offsetNanos) {}

    /**
     * Reads the ModEx modifiers.
     *
     * @param most maximum number of modifiers
     */
    static Prefix modifiers(ByteReader in, int firstType, int most) {
        int type = firstType;
        int offsetNanos = 0;
        for (int count = 1; type == MOD_EX; count++) {
            if (count > most) {
                throw new OverLimitException("ModEx", "count", count, most);
            }
            int size = in.uint8("modExDataSize") + 1;
            ByteBuffer data = in.slice(size == 256 ? in.uint16("modExDataSize") + 1 : size, "modExData");
            int next = in.uint8("modExType");
            if (next >>> 4 == TIMESTAMP_OFFSET_NANO) {
                offsetNanos = offset(data);
            }
            type = next & 0x0F;
        }
        return new Prefix(type, offsetNanos);
    }

    private static int offset(ByteBuffer data) {
        int nanos = new ByteReader("ModEx", data).uint24("timestampOffsetNano");
        if (nanos > MAX_OFFSET_NANOS) {
            throw MalformedException.value("ModEx", "timestampOffsetNano", nanos, "0 to " + MAX_OFFSET_NANOS);
        }
        return nanos;
    }

    /**
     * Parses the rest of the header.
     *
     * @param multitrack the packet type that means Multitrack
     * @param video whether this is a video message, and not an audio message
     * @throws UnsupportedException if no track has a supported codec; otherwise tracks of unsupported codecs are
     *     omitted
     */
    static ExHeader parse(ByteReader in, Prefix prefix, int multitrack, boolean video) {
        if (prefix.packetType() != multitrack) {
            Codec codec = codec(in.int32("FourCC"), video);
            return new ExHeader(prefix.packetType(), prefix.offsetNanos(),
                    List.of(new TrackData(0, codec, in.rest())));
        }
        int modeAndType = in.uint8("multitrackType");
        int type = modeAndType & 0x0F;
        if (type == multitrack) {
            throw MalformedException.value("Multitrack", "packetType", type, "a type other than Multitrack");
        }
        List<TrackData> tracks = switch (modeAndType >>> 4) {
            case 0 -> {
                Codec codec = codec(in.int32("FourCC"), video);
                yield List.of(new TrackData(in.uint8("trackId"), codec, in.rest()));
            }
            case 1 -> {
                int fourCc = in.int32("FourCC");
                yield tracks(in, video, fourCc, false);
            }
            case 2 -> tracks(in, video, 0, true);
            default -> throw new UnsupportedException("Multitrack", "multitrackType", modeAndType >>> 4, "0 to 2");
        };
        return new ExHeader(type, prefix.offsetNanos(), tracks);
    }

    private static List<TrackData> tracks(ByteReader in, boolean video, int shared, boolean ofManyCodecs) {
        List<TrackData> tracks = new ArrayList<>();
        int fourCc = shared;
        for (int count = 1; in.hasRemaining() || count == 1; count++) {
            if (count > TagTracks.MAX_TRACKS) {
                throw new OverLimitException("Multitrack", "tracks", count, TagTracks.MAX_TRACKS);
            }
            fourCc = ofManyCodecs ? in.int32("FourCC") : shared;
            int track = in.uint8("trackId");
            ByteBuffer data = in.slice(in.uint24("sizeOfTrack"), "track");
            FourCc.codec(fourCc, video).ifPresent(codec -> tracks.add(new TrackData(track, codec, data)));
        }
        if (tracks.isEmpty()) {
            throw unknown(fourCc, video);
        }
        return tracks;
    }

    private static Codec codec(int fourCc, boolean video) {
        Optional<Codec> codec = FourCc.codec(fourCc, video);
        return codec.orElseThrow(() -> unknown(fourCc, video));
    }

    private static UnsupportedException unknown(int fourCc, boolean video) {
        return new UnsupportedException(video ? "VIDEODATA" : "AUDIODATA", "FourCC", FourCc.describe(fourCc),
                video ? "avc1, hvc1, av01, vp09" : "mp4a, Opus, fLaC, .mp3, ac-3, ec-3");
    }
}
