package io.millrace.platform.timeline;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.Codec;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.PlayerTagBody;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.remux.TrackMedia;
import io.millrace.platform.log.Packet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns those packets of one epoch that count into FLV tags for the epoch's viewers. Produces only the main tracks of a
 * choice, each as if it were the default one, in the form that players accept ({@link PlayerTagBody}), timed on the epoch's timeline, and only those sequence
 * headers that change something.
 *
 * <p>At the start of each session (and of reading), all frames of a stream with video, audio included, are suppressed
 * until a keyframe arrives. New sequence headers are sent right before the keyframe. Timestamps stay within the signed
 * 32 bits that mpegts.js reads. Does no I/O and reads no clock. Confined to one thread.
 */
final class TagFold {
    /** If the tracks include video but none arrives within this time of the session's first packet, it has no video. */
    static final int VIDEO_WAIT_MS = 3_000;

    private final ChosenTracks chosen;
    private final TrackPackets packets;
    private final boolean hasVideo;
    private final boolean hasAudio;
    /** Null without a video track, as {@link #audioCodec} is without an audio track. */
    private final Codec videoCodec;
    private final Codec audioCodec;
    /** Configuration records of the sequence headers in force; null for a track without one. */
    private ByteBuffer videoRecord;
    private ByteBuffer audioRecord;
    private List<FlvTag> headers;
    /**
     * Changed configuration records; null without a change. Viewers receive that of video before the next keyframe, and
     * that of audio before that keyframe or the next audio frame that is not suppressed, whichever is first.
     */
    private ByteBuffer pendingVideo;
    private ByteBuffer pendingAudio;
    private boolean awaitsKeyframe;
    private boolean sessionHasVideo;
    /** Time of the session's first packet on the epoch's timeline. */
    private long sessionStartMs;
    private long session = -1;

    /** Creates the tags of the default tracks. */
    TagFold(Tracks tracks) {
        this(tracks, ChosenTracks.DEFAULT);
    }

    /**
     * @param tracks the chosen tracks, as they were announced to viewers at the start
     * @param chosen which tracks they are; only the main ones matter
     */
    TagFold(Tracks tracks, ChosenTracks chosen) {
        this.chosen = chosen;
        packets = new TrackPackets(chosen, tracks.video());
        hasVideo = tracks.video() != null;
        hasAudio = tracks.audio() != null;
        videoCodec = hasVideo ? tracks.video().codec() : null;
        audioCodec = hasAudio ? tracks.audio().codec() : null;
        videoRecord = hasVideo ? tracks.video().record() : null;
        // For a codec whose frames describe themselves, the configuration in the directory is not a sequence header.
        audioRecord = hasAudio && !audioCodec.isSelfDescribing() ? tracks.audio().record() : null;
        headers = sequenceHeaders();
    }

    /**
     * Returns the tags for the packet, in order; empty if there are none. After an {@link TagEvent.End}, viewers must
     * be disconnected.
     *
     * @param packet a packet that counts
     * @param timeMs the packet's time on the epoch's timeline
     */
    List<TagEvent> fold(Packet packet, long timeMs) {
        if (packet.session() != session) {
            session = packet.session();
            awaitsKeyframe = true;
            // Only packets of the session say so: the configuration in the directory may be that of an earlier one.
            sessionHasVideo = false;
            sessionStartMs = timeMs;
        }
        if (timeMs > Integer.MAX_VALUE) {
            return List.of(new TagEvent.End(TagEvent.Reason.TIMESTAMPS_EXHAUSTED));
        }
        try {
            Packet own = packets.of(packet);
            return own == null ? List.of() : switch (own.kind()) {
                case VIDEO -> video(own, (int) timeMs);
                case AUDIO -> audio(own, (int) timeMs);
                case DATA -> List.of();
            };
        } catch (MediaException e) {
            return List.of(new TagEvent.End(TagEvent.Reason.UNSUPPORTED_CODEC));
        }
    }

    private List<TagEvent> video(Packet packet, int timeMs) {
        return switch (packet.media()) {
            case TrackMedia.Configuration(_, Codec codec, ByteBuffer record) -> videoConfig(codec, record);
            case TrackMedia.AccessUnit unit -> unit.codec() == videoCodec
                    ? videoFrame(packet, timeMs)
                    : List.of(new TagEvent.End(TagEvent.Reason.TRACK_SET_CHANGED));
            case TrackMedia.Presentation _,TrackMedia.None _ -> List.of();
        };
    }

    private List<TagEvent> videoConfig(Codec codec, ByteBuffer record) {
        if (codec != videoCodec) {
            return List.of(new TagEvent.End(TagEvent.Reason.TRACK_SET_CHANGED));
        }
        sessionHasVideo = true;
        pendingVideo = record.equals(videoRecord) ? null : copy(record);
        return List.of();
    }

    private List<TagEvent> videoFrame(Packet packet, int timeMs) {
        sessionHasVideo = true;
        ByteBuffer body = PlayerTagBody.video(packet.body()).orElse(null);
        if (body == null) {
            return List.of();
        }
        if (!packet.isKeyframe()) {
            return awaitsKeyframe
                    ? List.of()
                    : List.of(picture(timeMs, body, false));
        }
        List<TagEvent> events = new ArrayList<>(3);
        if (pendingVideo != null) {
            videoRecord = pendingVideo;
            pendingVideo = null;
            headers = sequenceHeaders();
            events.add(config(FlvTag.Type.VIDEO, timeMs, TagBodyWriter.write(new VideoTagBody.Config(videoCodec,
                    videoRecord))));
        }
        awaitsKeyframe = false;
        applyAudioConfig(timeMs, events);
        events.add(picture(timeMs, body, true));
        return events;
    }

    private TagEvent.Frame picture(int timeMs, ByteBuffer body, boolean entry) {
        return new TagEvent.Frame(new FlvTag(FlvTag.Type.VIDEO, timeMs, body), entry, true, chosen.video());
    }

    private List<TagEvent> audio(Packet packet, int timeMs) {
        return switch (packet.media()) {
            case TrackMedia.Configuration(_, Codec codec, ByteBuffer record) -> audioConfig(codec, record);
            case TrackMedia.AccessUnit unit -> unit.codec() == audioCodec
                    ? audioFrame(packet, timeMs)
                    : List.of(new TagEvent.End(TagEvent.Reason.TRACK_SET_CHANGED));
            case TrackMedia.Presentation _,TrackMedia.None _ -> List.of();
        };
    }

    private List<TagEvent> audioConfig(Codec codec, ByteBuffer record) {
        if (codec != audioCodec) {
            return List.of(new TagEvent.End(TagEvent.Reason.TRACK_SET_CHANGED));
        }
        if (codec.isSelfDescribing()) {
            return List.of();
        }
        pendingAudio = record.equals(audioRecord) ? null : copy(record);
        return List.of();
    }

    private List<TagEvent> audioFrame(Packet packet, int timeMs) {
        if (hasVideo && awaitsKeyframe) {
            boolean videoIsMissing = !sessionHasVideo && timeMs - sessionStartMs > VIDEO_WAIT_MS;
            return videoIsMissing ? List.of(new TagEvent.End(TagEvent.Reason.TRACK_SET_CHANGED)) : List.of();
        }
        List<TagEvent> events = new ArrayList<>(2);
        applyAudioConfig(timeMs, events);
        PlayerTagBody.audio(packet.body()).ifPresent(body -> events.add(
                new TagEvent.Frame(new FlvTag(FlvTag.Type.AUDIO, timeMs, body), !hasVideo, !hasVideo,
                        chosen.audio())));
        return events;
    }

    private void applyAudioConfig(int timeMs, List<TagEvent> events) {
        if (pendingAudio != null) {
            audioRecord = pendingAudio;
            pendingAudio = null;
            headers = sequenceHeaders();
            events.add(config(FlvTag.Type.AUDIO, timeMs, TagBodyWriter.write(new AudioTagBody.Config(audioCodec,
                    audioRecord))));
        }
    }

    private TagEvent.Config config(FlvTag.Type type, int timeMs, ByteBuffer body) {
        return new TagEvent.Config(new FlvTag(type, timeMs, body), track(type));
    }

    private int track(FlvTag.Type type) {
        return type == FlvTag.Type.VIDEO ? chosen.video() : chosen.audio();
    }

    /** Returns the sequence headers in force as events, video first. */
    List<TagEvent.Config> configs() {
        return headers.stream().map(header -> new TagEvent.Config(header, track(header.type()))).toList();
    }

    /**
     * The sequence headers in force, video first, with timestamp 0. Returns the same list object until one of them
     * changes.
     */
    List<FlvTag> headers() {
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
