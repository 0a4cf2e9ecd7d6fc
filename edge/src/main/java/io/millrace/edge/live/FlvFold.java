package io.millrace.edge.live;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.Codec;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.PlayerTagBody;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.log.Packet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns the packets of one epoch that count into FLV tags for its viewers: the default tracks as players take them
 * ({@link PlayerTagBody}), on the epoch's time line, with only those sequence headers that change something.
 *
 * <p>After each beginning of a session (or of reading) a stream with video waits for its keyframe, audio included; new
 * sequence headers stand right before it. Timestamps stay within the signed 32 bits that mpegts.js reads. Pure; confined
 * to one thread.
 */
public final class FlvFold {
    /** A session that was to have video and shows no sequence header in so much audio has none. */
    static final int VIDEO_WAIT_MS = 3_000;

    private final boolean hasVideo;
    private final boolean hasAudio;
    /** Null without such a track. */
    private final Codec videoCodec;
    private final Codec audioCodec;
    private ByteBuffer videoRecord;
    private ByteBuffer audioRecord;
    private List<FlvTag> headers;
    private ByteBuffer pendingVideo;
    private ByteBuffer pendingAudio;
    private boolean awaitsKeyframe;
    private boolean sessionHasVideo;
    private long sessionStartMs;
    private long session = -1;

    /** @param tracks what viewers were told at their start */
    public FlvFold(Tracks tracks) {
        hasVideo = tracks.video() != null;
        hasAudio = tracks.audio() != null;
        videoCodec = hasVideo ? tracks.video().codec() : null;
        audioCodec = hasAudio ? tracks.audio().codec() : null;
        videoRecord = hasVideo ? tracks.video().record() : null;
        // What the directory has of a codec whose frames describe themselves is no sequence header.
        audioRecord = hasAudio && !audioCodec.isSelfDescribing() ? tracks.audio().record() : null;
        headers = sequenceHeaders();
    }

    /**
     * @param packet one that counts
     * @param timeMs when it is due on the epoch's time line
     */
    public List<FlvEvent> fold(Packet packet, long timeMs) {
        if (packet.session() != session) {
            session = packet.session();
            awaitsKeyframe = true;
            // A reader that joins a session in its middle has been told of its video by the directory.
            sessionHasVideo = false;
            sessionStartMs = timeMs;
        }
        if (timeMs > Integer.MAX_VALUE) {
            return List.of(new FlvEvent.End("timestamps_exhausted"));
        }
        if (packet.track() != 0) {
            return List.of();
        }
        try {
            return switch (packet.kind()) {
                case VIDEO -> video(packet, (int) timeMs);
                case AUDIO -> audio(packet, (int) timeMs);
                case DATA -> List.of();
            };
        } catch (MediaException e) {
            return List.of(new FlvEvent.End("unsupported_codec"));
        }
    }

    private List<FlvEvent> video(Packet packet, int timeMs) {
        return switch (VideoTagBody.parse(packet.body())) {
            case VideoTagBody.Config(Codec codec, ByteBuffer record) -> videoConfig(codec, record);
            case VideoTagBody.Frame frame -> frame.codec() == videoCodec
                    ? videoFrame(packet, timeMs)
                    : List.of(new FlvEvent.End("track_set_changed"));
            case VideoTagBody.End _,VideoTagBody.Metadata _,VideoTagBody.Command _ -> List.of();
        };
    }

    private List<FlvEvent> videoConfig(Codec codec, ByteBuffer record) {
        if (codec != videoCodec) {
            return List.of(new FlvEvent.End("track_set_changed"));
        }
        sessionHasVideo = true;
        pendingVideo = record.equals(videoRecord) ? null : copy(record);
        return List.of();
    }

    private List<FlvEvent> videoFrame(Packet packet, int timeMs) {
        sessionHasVideo = true;
        ByteBuffer body = PlayerTagBody.video(packet.body()).orElse(null);
        if (body == null) {
            return List.of();
        }
        if (!packet.keyframe()) {
            return awaitsKeyframe
                    ? List.of()
                    : List.of(new FlvEvent.Frame(new FlvTag(FlvTag.Type.VIDEO, timeMs, body), false, true));
        }
        List<FlvEvent> events = new ArrayList<>(3);
        if (pendingVideo != null) {
            videoRecord = pendingVideo;
            pendingVideo = null;
            headers = sequenceHeaders();
            events.add(config(FlvTag.Type.VIDEO, timeMs, TagBodyWriter.write(new VideoTagBody.Config(videoCodec,
                    videoRecord))));
        }
        awaitsKeyframe = false;
        applyAudioConfig(timeMs, events);
        events.add(new FlvEvent.Frame(new FlvTag(FlvTag.Type.VIDEO, timeMs, body), true, true));
        return events;
    }

    private List<FlvEvent> audio(Packet packet, int timeMs) {
        return switch (AudioTagBody.parse(packet.body())) {
            case AudioTagBody.Config(Codec codec, ByteBuffer record) -> audioConfig(codec, record);
            case AudioTagBody.Frame frame -> frame.codec() == audioCodec
                    ? audioFrame(packet, timeMs)
                    : List.of(new FlvEvent.End("track_set_changed"));
            case AudioTagBody.MultichannelConfig _,AudioTagBody.Silence _ -> List.of();
        };
    }

    private List<FlvEvent> audioConfig(Codec codec, ByteBuffer record) {
        if (codec != audioCodec) {
            return List.of(new FlvEvent.End("track_set_changed"));
        }
        if (codec.isSelfDescribing()) {
            return List.of();
        }
        pendingAudio = record.equals(audioRecord) ? null : copy(record);
        return List.of();
    }

    private List<FlvEvent> audioFrame(Packet packet, int timeMs) {
        if (hasVideo && awaitsKeyframe) {
            boolean videoIsMissing = !sessionHasVideo && timeMs - sessionStartMs > VIDEO_WAIT_MS;
            return videoIsMissing ? List.of(new FlvEvent.End("track_set_changed")) : List.of();
        }
        List<FlvEvent> events = new ArrayList<>(2);
        applyAudioConfig(timeMs, events);
        PlayerTagBody.audio(packet.body()).ifPresent(body -> events.add(
                new FlvEvent.Frame(new FlvTag(FlvTag.Type.AUDIO, timeMs, body), !hasVideo, !hasVideo)));
        return events;
    }

    private void applyAudioConfig(int timeMs, List<FlvEvent> events) {
        if (pendingAudio != null) {
            audioRecord = pendingAudio;
            pendingAudio = null;
            headers = sequenceHeaders();
            events.add(config(FlvTag.Type.AUDIO, timeMs, TagBodyWriter.write(new AudioTagBody.Config(audioCodec,
                    audioRecord))));
        }
    }

    private static FlvEvent.Config config(FlvTag.Type type, int timeMs, ByteBuffer body) {
        return new FlvEvent.Config(new FlvTag(type, timeMs, body));
    }

    /** Packets are missing: nothing is shown up to the next keyframe. */
    void awaitKeyframe() {
        awaitsKeyframe = hasVideo;
    }

    /** The sequence headers in force, video first, due at 0; the same object until one of them changes. */
    public List<FlvTag> headers() {
        return headers;
    }

    private List<FlvTag> sequenceHeaders() {
        List<FlvTag> all = new ArrayList<>(2);
        if (videoRecord != null) {
            all.add(new FlvTag(FlvTag.Type.VIDEO, 0,
                    TagBodyWriter.write(new VideoTagBody.Config(videoCodec, videoRecord))));
        }
        if (audioRecord != null) {
            all.add(new FlvTag(FlvTag.Type.AUDIO, 0,
                    TagBodyWriter.write(new AudioTagBody.Config(audioCodec, audioRecord))));
        }
        return List.copyOf(all);
    }

    private static ByteBuffer copy(ByteBuffer record) {
        return ByteBuffer.allocate(record.remaining()).put(record.duplicate()).flip().asReadOnlyBuffer();
    }
}
