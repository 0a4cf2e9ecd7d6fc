package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.VideoConfig;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Muxes one HLS segment of H.264 or HEVC, and AAC, MP3, AC-3 or E-AC-3, into MPEG-TS, part by part; the segment is the
 * concatenation of its parts.
 *
 * <p><b>No state is carried from segment to segment.</b> PAT and PMT appear once per segment, with the segment's number
 * as continuity counter. The number of packets on each media PID is a multiple of 16 per segment, so that the counter
 * starts at 0 in every segment. To achieve this, the last PES packet of each PID in the last part is spread over the
 * missing number of packets, with at least one byte in each.
 *
 * <p><b>Parts are not delayed.</b> Only the last part is known to be the last, and it may contain no sample of a track.
 * For audio there is always a packet to spread, because the newest frame of every other part is held back for the next
 * part with audio (or the last part): audio in a part ends some 20 ms early. Video is never held back; if the last part
 * contains none, a filler NAL unit that belongs to the preceding picture is spread instead.
 *
 * <p>Within a part PES packets are ordered by decoding time, audio first at equal times; the first of a segment is its
 * first picture. The clock is on the video PID (on the audio PID if there is no video), {@value #PCR_LEAD_TICKS} ticks
 * before the decoding time, at every picture and at least every {@value #PCR_INTERVAL_TICKS} ticks.
 *
 * <p>Confined to one thread; used for one segment; must not be used after an exception. The same calls return the same
 * bytes. Sources: ISO/IEC 13818-1, RFC 8216 3.2.
 */
public final class TsSegmentMuxer {
    /** How far the clock is behind the decoding time, in 90 kHz ticks: 100 ms of decoder buffer. */
    public static final long PCR_LEAD_TICKS = 9_000;
    /** Maximum interval between clocks, in 90 kHz ticks. */
    public static final long PCR_INTERVAL_TICKS = 9_000;
    /** Maximum number of consecutive packets with only a clock: a gap of more than 10 s is not filled. */
    static final int PCR_FILL_LIMIT = 100;

    private static final int FILLER_BYTES = 64;
    /**
     * Muxed size of a picture in addition to its data: PES header, access unit delimiter, clock, transport headers,
     * stuffing of the last packet.
     */
    private static final int PICTURE_COST_BYTES = 256;
    /** The same for an audio frame, several of which share a PES packet. */
    private static final int FRAME_COST_BYTES = 64;
    /** PAT, PMT and parameter sets, of which most parts have none. */
    private static final int TABLE_PACKETS = 4;

    private final AnnexB annexB;
    private final AudioFraming framing;
    private final TsPidWriter videoPid;
    private final TsPidWriter audioPid;
    private final int sectionCounter;
    private final ByteBuffer pmt;

    private boolean begun;
    private boolean ended;
    private boolean videoSeen;
    private boolean audioSeen;
    private int lastTemporalIdPlus1;
    private boolean videoStarted;
    private long lastVideoDts90k;
    private boolean clockStarted;
    /** Decoding time for which the clock was written last. The clock itself is {@link #PCR_LEAD_TICKS} less. */
    private long lastClock90k;
    /** A copy of the newest audio frame, which is held back for the next part; null if there is none. */
    private TsSample waitingAudio;
    private int droppedFrames;

    /**
     * The part that is being written, with buffers that its PES packets share. They are dropped with the part, because
     * a muxer lives as long as its segment, and one picture can be as large as a part.
     *
     * @param bytes the part
     * @param unit elementary stream bytes of the PES packet that is being written
     * @param pes the PES packet that is being written
     */
    private record Output(ByteWriter bytes, ByteWriter unit, ByteWriter pes) {
        static Output of(List<TsSample> samples, boolean lastPart) {
            int largest = samples.stream().mapToInt(sample -> sample.data().remaining()).max().orElse(0);
            int room = Math.max(AudioBatches.LIMIT_BYTES, largest + PICTURE_COST_BYTES);
            return new Output(new ByteWriter(roomFor(samples, lastPart)), new ByteWriter(room), new ByteWriter(room));
        }
    }

    /** Returns whether an MPEG-TS segment can contain a track of {@code codec}. */
    public static boolean carries(Codec codec) {
        return switch (codec) {
            case AVC, HEVC, AAC, MP3, AC3, EAC3 -> true;
            case AV1, VP9, OPUS, FLAC -> false;
        };
    }

    /**
     * @param video configuration of the video track, or null
     * @param audio configuration of the audio track, or null
     * @param segmentNumber number of the segment since the start of the playlist, from 0
     * @param discontinuous whether the playlist has a discontinuity before this segment
     * @throws io.millrace.media.bytes.UnsupportedException if MPEG-TS cannot express a configuration
     */
    public TsSegmentMuxer(VideoConfig video, AudioConfig audio, long segmentNumber, boolean discontinuous) {
        if (video == null && audio == null) {
            throw new IllegalArgumentException("a segment needs at least one track");
        }
        annexB = video == null ? null : AnnexB.of(video);
        framing = audio == null ? null : AudioFraming.of(audio);
        videoPid = video == null ? null : new TsPidWriter(TsProgram.VIDEO_PID, discontinuous);
        audioPid = audio == null ? null : new TsPidWriter(TsProgram.AUDIO_PID, discontinuous);
        sectionCounter = Math.floorMod(segmentNumber, TsPidWriter.COUNTER_CYCLE);
        pmt = TsProgram.pmt(video == null ? null : annexB.track(), audio == null ? null : framing.track());
    }

    /**
     * Returns the bytes of the next part.
     *
     * @param samples in log order, so each track is in decoding order
     * @param lastPart whether this part ends the segment
     * @return a multiple of 188 bytes; only PAT and PMT, or nothing, if all samples are held back
     * @throws io.millrace.media.bytes.MediaException if a frame is malformed
     */
    public ByteBuffer part(List<TsSample> samples, boolean lastPart) {
        if (ended) {
            throw new IllegalStateException("the last part of the segment has already been written");
        }
        ended = lastPart;
        List<TsSample> pictures = new ArrayList<>();
        List<TsSample> frames = new ArrayList<>();
        if (waitingAudio != null) {
            frames.add(waitingAudio);
            waitingAudio = null;
        }
        samples.forEach(sample -> sort(sample, pictures, frames));
        if (!lastPart && !frames.isEmpty()) {
            waitingAudio = ownedCopy(frames.removeLast());
        }
        Output out = Output.of(samples, lastPart);
        if (!begun) {
            begun = true;
            TsPidWriter.section(out.bytes, TsProgram.PAT_PID, sectionCounter, TsProgram.pat());
            TsPidWriter.section(out.bytes, TsProgram.PMT_PID, sectionCounter, pmt);
        }
        interleave(out, pictures, batches(frames), lastPart);
        return out.bytes.view();
    }

    /**
     * Returns how many frames have been dropped so far: video frames without a picture, audio frames that are empty or
     * too long, and pictures with a presentation time before their decoding time and not after the previous decoding
     * time.
     */
    public int droppedFrames() {
        return droppedFrames;
    }

    private void sort(TsSample sample, List<TsSample> pictures, List<TsSample> frames) {
        boolean kept = switch (sample.kind()) {
            case VIDEO -> picture(sample, pictures);
            case AUDIO -> frame(sample, frames);
        };
        droppedFrames += kept ? 0 : 1;
    }

    /**
     * Adds a picture unless it must be dropped. A presentation time before the decoding time lowers the decoding time;
     * the picture is dropped if the lowered decoding time would not be after the previous one.
     */
    private boolean picture(TsSample sample, List<TsSample> pictures) {
        if (annexB == null) {
            throw new IllegalArgumentException("a video sample in a segment without video");
        }
        long dts90k = Math.min(sample.dts90k(), sample.pts90k());
        boolean lowered = dts90k != sample.dts90k();
        if (lowered && videoStarted && dts90k <= lastVideoDts90k || !annexB.inspect(sample.data()).picture()) {
            return false;
        }
        videoStarted = true;
        lastVideoDts90k = dts90k;
        return pictures.add(lowered ? new TsSample(sample.kind(), dts90k, sample.pts90k(), sample.data()) : sample);
    }

    private boolean frame(TsSample sample, List<TsSample> frames) {
        if (framing == null) {
            throw new IllegalArgumentException("an audio sample in a segment without audio");
        }
        int bytes = sample.data().remaining();
        return bytes > 0 && bytes <= framing.dataLimitBytes() && frames.add(sample);
    }

    private List<List<TsSample>> batches(List<TsSample> frames) {
        return frames.isEmpty() ? List.of() : AudioBatches.of(frames, framing.headerBytes(), videoPid == null);
    }

    private void interleave(Output out, List<TsSample> pictures, List<List<TsSample>> batches, boolean lastPart) {
        int picture = 0;
        int batch = 0;
        while (picture < pictures.size() || batch < batches.size()) {
            if (picture == pictures.size() || batch < batches.size() && !isPictureNext(pictures.get(picture),
                    batches.get(batch).getFirst())) {
                writeAudio(out, batches.get(batch++), lastPart && batch == batches.size());
            } else {
                writeVideo(out, pictures.get(picture++), lastPart && picture == pictures.size());
            }
        }
        if (lastPart && videoPid != null && !videoPid.isComplete()) {
            writeFiller(out);
        }
    }

    private boolean isPictureNext(TsSample picture, TsSample frame) {
        return !videoSeen && !audioSeen || picture.dts90k() < frame.pts90k();
    }

    private void writeVideo(Output out, TsSample sample, boolean completing) {
        AnnexB.Contents contents = annexB.inspect(sample.data());
        out.unit.clear();
        // The first picture always gets parameter sets, even if a decoder cannot start there: a player that starts with
        // this segment has none.
        annexB.write(out.unit, sample.data(), contents, contents.entry() || !videoSeen);
        videoSeen = true;
        lastTemporalIdPlus1 = contents.temporalIdPlus1();
        out.pes.clear();
        PesHeader.write(out.pes, annexB.track().streamId(), sample.pts90k(), sample.dts90k(), out.unit.size(),
                completing ? TsPidWriter.COMPLETING_BYTES : 0);
        out.pes.bytes(out.unit.view());
        fillClock(out.bytes, sample.dts90k());
        videoPid.pes(out.bytes, out.pes.view(), clock(sample.dts90k()), contents.entry(), completing);
    }

    private void writeAudio(Output out, List<TsSample> batch, boolean completing) {
        out.unit.clear();
        batch.forEach(sample -> framing.write(out.unit, sample.data()));
        long pts90k = batch.getFirst().pts90k();
        out.pes.clear();
        PesHeader.write(out.pes, framing.track().streamId(), pts90k, pts90k, out.unit.size(),
                completing ? TsPidWriter.COMPLETING_BYTES : 0);
        out.pes.bytes(out.unit.view());
        fillClock(out.bytes, pts90k);
        boolean withClock = videoPid == null;
        boolean randomAccess = withClock && !audioSeen;
        audioSeen = true;
        if (!withClock && !clockStarted) {
            videoPid.pcr(out.bytes, clock(pts90k));
        }
        audioPid.pes(out.bytes, out.pes.view(), withClock ? clock(pts90k) : TsPidWriter.NO_PCR, randomAccess,
                completing);
    }

    private void writeFiller(Output out) {
        out.pes.clear();
        PesHeader.writeContinuation(out.pes, annexB.track().streamId(), FILLER_BYTES);
        annexB.writeFiller(out.pes, FILLER_BYTES, lastTemporalIdPlus1);
        videoPid.pes(out.bytes, out.pes.view(), TsPidWriter.NO_PCR, false, true);
    }

    /**
     * Writes packets with only a clock up to {@code time90k} if the distance between pictures exceeds the clock
     * interval.
     */
    private void fillClock(ByteWriter out, long time90k) {
        if (!clockStarted || time90k - lastClock90k > PCR_FILL_LIMIT * PCR_INTERVAL_TICKS) {
            return;
        }
        TsPidWriter pid = videoPid == null ? audioPid : videoPid;
        while (time90k - lastClock90k > PCR_INTERVAL_TICKS) {
            pid.pcr(out, clock(lastClock90k + PCR_INTERVAL_TICKS));
        }
    }

    /** Returns the 33-bit clock at decoding time {@code time90k} and records it as the last one written. */
    private long clock(long time90k) {
        clockStarted = true;
        lastClock90k = time90k;
        return time90k - PCR_LEAD_TICKS & PesHeader.TIMESTAMP_MASK;
    }

    private static TsSample ownedCopy(TsSample sample) {
        ByteBuffer copy = ByteBuffer.allocate(sample.data().remaining()).put(sample.data().duplicate()).flip();
        return new TsSample(sample.kind(), sample.dts90k(), sample.pts90k(), copy);
    }

    /** Estimates the size of a part. The writer grows if that is too little. */
    private static int roomFor(List<TsSample> samples, boolean lastPart) {
        long bytes = 0;
        for (TsSample sample : samples) {
            bytes += sample.data().remaining() + switch (sample.kind()) {
                case VIDEO -> PICTURE_COST_BYTES;
                case AUDIO -> FRAME_COST_BYTES;
            };
        }
        int morePackets = TABLE_PACKETS + (lastPart ? 2 * TsPidWriter.COUNTER_CYCLE : 0);
        // Transport headers take 4 of 188 bytes.
        bytes += bytes / 46 + morePackets * TsPidWriter.PACKET_BYTES;
        return Math.toIntExact(Math.min(bytes, 1 << 24));
    }
}
