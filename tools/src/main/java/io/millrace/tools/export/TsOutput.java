package io.millrace.tools.export;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.mpegts.TsSample;
import io.millrace.media.mpegts.TsSegmentMuxer;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Writes MPEG-TS as a sequence of HLS segments, which form one continuous transport stream. A segment begins at a
 * keyframe every few seconds, so that tables and parameter sets recur, and wherever a configuration changes.
 */
final class TsOutput extends FrameOutput {
    private static final long SEGMENT_90K = 2L * Ticks.MPEG;
    /** Above this limit, frames are passed to the muxer before the segment ends. */
    private static final int WAITING_LIMIT_BYTES = 4 << 20;
    /** Added to every timestamp, so that no clock is negative, even if audio precedes the first video frame. */
    private static final long OFFSET_90K = 10L * Ticks.MPEG;

    private final PartFile file;
    private final List<TsSample> waiting = new ArrayList<>();
    private int waitingBytes;
    private TsSegmentMuxer muxer;
    private VideoConfig muxedVideo;
    private AudioConfig muxedAudio;
    private long segments;
    private long segment90k;
    private int droppedFrames;
    private final TrackId videoTrack;
    private final TrackId audioTrack;

    /**
     * @param chosen the tracks to write, at most one of each kind
     * @param tracks at the start of the range; no sequence header announces MP3, AC-3 or E-AC-3 to the tables of the
     *     first segment
     */
    TsOutput(PartFile file, Tracks tracks, ChosenTracks chosen) {
        this.file = file;
        videoTrack = new TrackId(Packet.Kind.VIDEO, chosen.video());
        audioTrack = new TrackId(Packet.Kind.AUDIO, chosen.audio());
        if (tracks.audio() != null && tracks.audio().codec().isSelfDescribing()) {
            begin(audioTrack, tracks.audio());
        }
    }

    private VideoConfig video() {
        return (VideoConfig) current(videoTrack);
    }

    private AudioConfig audio() {
        return (AudioConfig) current(audioTrack);
    }

    @Override
    void picture(TrackId track, VideoConfig config, long dts90k, long pts90k, boolean key, ByteBuffer data) {
        add(new TsSample(TsSample.Kind.VIDEO, dts90k + OFFSET_90K, pts90k + OFFSET_90K, data), key);
    }

    @Override
    void sound(TrackId track, AudioConfig config, long dueSamples, int frameSamples, ByteBuffer data) {
        long pts90k = Ticks.rescale(dueSamples, config.sampleRate(), Ticks.MPEG) + OFFSET_90K;
        add(new TsSample(TsSample.Kind.AUDIO, pts90k, pts90k, data), video() == null);
    }

    @Override
    boolean carries(Codec codec) {
        return TsSegmentMuxer.carries(codec);
    }

    private void add(TsSample sample, boolean entry) {
        boolean changed = !Objects.equals(video(), muxedVideo) || !Objects.equals(audio(), muxedAudio);
        if (muxer == null || changed || entry && sample.dts90k() - segment90k >= SEGMENT_90K) {
            endSegment();
            muxedVideo = video();
            muxedAudio = audio();
            muxer = new TsSegmentMuxer(muxedVideo, muxedAudio, segments++, false);
            segment90k = sample.dts90k();
        }
        waiting.add(sample);
        waitingBytes += sample.data().remaining();
        if (waitingBytes > WAITING_LIMIT_BYTES) {
            write(false);
        }
    }

    private void endSegment() {
        if (muxer != null) {
            write(true);
            droppedFrames += muxer.droppedFrames();
        }
    }

    private void write(boolean last) {
        file.write(muxer.part(waiting, last));
        waiting.clear();
        waitingBytes = 0;
    }

    @Override
    public void finish(Instant began) {
        endSegment();
    }

    @Override
    public int droppedFrames() {
        return droppedFrames;
    }
}
