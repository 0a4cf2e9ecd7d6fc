package io.millrace.launcher.export;

import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.mpegts.TsSample;
import io.millrace.media.mpegts.TsSegmentMuxer;
import io.millrace.media.time.Ticks;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * MPEG-TS: one segment of HLS after the other, which is a transport stream without a seam. A segment begins at a keyframe
 * some seconds after the one before, so that tables and parameter sets are never far, and wherever a configuration
 * changes.
 */
final class TsOutput extends FrameOutput {
    private static final long SEGMENT_90K = 2L * Ticks.MPEG;
    /** More is handed to the muxer though the segment goes on. */
    private static final int WAITING_LIMIT_BYTES = 4 << 20;
    /** No clock is below zero, also where audio is due before the first picture. */
    private static final long OFFSET_90K = 10L * Ticks.MPEG;

    private final PartFile file;
    private final List<TsSample> waiting = new ArrayList<>();
    private int waitingBytes;
    private TsSegmentMuxer muxer;
    private AvcConfig muxedVideo;
    private AacConfig muxedAudio;
    private long segments;
    private long segment90k;
    private int droppedFrames;

    TsOutput(PartFile file) {
        this.file = file;
    }

    @Override
    void picture(AvcConfig config, long dts90k, long pts90k, boolean key, ByteBuffer data) {
        add(new TsSample(TsSample.Kind.VIDEO, dts90k + OFFSET_90K, pts90k + OFFSET_90K, data), key);
    }

    @Override
    void sound(AacConfig config, long dueSamples, int frameSamples, ByteBuffer data) {
        long pts90k = Ticks.rescale(dueSamples, config.sampleRate(), Ticks.MPEG) + OFFSET_90K;
        add(new TsSample(TsSample.Kind.AUDIO, pts90k, pts90k, data), video() == null);
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
