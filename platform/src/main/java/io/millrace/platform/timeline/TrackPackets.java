package io.millrace.platform.timeline;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.TagTracks;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackId;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Turns packets into those of one chosen track of each kind, as if these were the default tracks and the packets had no
 * others. Packets of the default tracks are returned as they are. Confined to one thread.
 */
final class TrackPackets {
    private final ChosenTracks chosen;
    /** Configuration of the chosen video track, by which its keyframes are recognized; null until it is known. */
    private VideoConfig video;

    /**
     * @param chosen only the main tracks matter
     * @param video the configuration of the main video track; null if it is not known or the track is the default one
     */
    TrackPackets(ChosenTracks chosen, VideoConfig video) {
        this.chosen = chosen;
        this.video = video;
    }

    /**
     * Returns the packet with the chosen track of its kind alone, under the number of the default track; null if it has
     * none of that track.
     *
     * @throws MediaException if the body is malformed or not supported
     */
    Packet of(Packet packet) {
        int track = chosen.main(packet.kind());
        if (track == ChosenTracks.NONE) {
            return null;
        }
        if (track == TrackId.DEFAULT) {
            return packet.track() == TrackId.DEFAULT ? packet : null;
        }
        if (!packet.mayHaveFurtherTracks()) {
            return null;
        }
        return packet.kind() == Packet.Kind.VIDEO ? video(packet, track) : audio(packet, track);
    }

    private Packet video(Packet packet, int track) {
        VideoTagBody body = find(VideoTagBody.parseTracks(packet.body()).tracks(), track);
        return switch (body) {
            case null -> null;
            case VideoTagBody.Config(var codec, ByteBuffer record) -> {
                video = (VideoConfig) CodecConfig.parse(codec, record.duplicate());
                yield alone(packet, 0, Packet.Content.CONFIG, TagBodyWriter.write(body));
            }
            case VideoTagBody.Frame frame -> alone(packet, frame.compositionTimeMs(),
                    video != null && video.codec() == frame.codec() && video.isRandomAccess(frame.data())
                            ? Packet.Content.KEYFRAME
                            : Packet.Content.OTHER,
                    TagBodyWriter.write(body));
            case VideoTagBody.End _,VideoTagBody.Metadata _,VideoTagBody.Command _ ->
                alone(packet, 0, Packet.Content.OTHER, TagBodyWriter.write(body));
        };
    }

    private static Packet audio(Packet packet, int track) {
        AudioTagBody body = find(AudioTagBody.parseTracks(packet.body()).tracks(), track);
        return body == null
                ? null
                : alone(packet, 0, body instanceof AudioTagBody.Config ? Packet.Content.CONFIG : Packet.Content.OTHER,
                        TagBodyWriter.write(body));
    }

    private static <B> B find(List<TagTracks.Track<B>> tracks, int id) {
        for (TagTracks.Track<B> track : tracks) {
            if (track.id() == id) {
                return track.body();
            }
        }
        return null;
    }

    private static Packet alone(Packet packet, int compositionMs, Packet.Content content, ByteBuffer body) {
        return new Packet(packet.session(), packet.seq(), packet.arrivalUs(), packet.timestampMs(), compositionMs,
                packet.kind(), TrackId.DEFAULT, content, body);
    }
}
