package io.millrace.edge.log;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.fmp4.ChunkHead;
import io.millrace.media.fmp4.ChunkWriter;
import io.millrace.media.fmp4.Fmp4Track;
import io.millrace.media.fmp4.InitSection;
import io.millrace.media.isobmff.SampleEntry;
import io.millrace.media.mpegts.TsSample;
import io.millrace.media.mpegts.TsSegmentMuxer;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.SourcePart;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** A segment of H.264 and AAC as a packager writes it: CMAF parts, and the places of the MPEG-TS parts made from them. */
final class CmafSegment {
    static final PartId FIRST = new PartId(17, 4, 0);
    static final SegmentStart START = new SegmentStart(true, false, 0, 2);
    static final int PARTS = 3;
    private static final int FRAME_TICKS = 3_000;
    private static final int FRAMES = 10;
    private static final int SOUND_RATE = 48_000;
    private static final int SOUND_TICKS = 1_024;

    /** The CMAF parts in the order of their records. */
    final List<Part> records = new ArrayList<>();
    /** The MPEG-TS parts, muxed directly. */
    final List<ByteBuffer> muxed = new ArrayList<>();
    final List<PartPlace> places = new ArrayList<>();

    /**
     * @param write adds a part to the log and returns its offset
     * @param lastHasSound whether the last part has audio; otherwise it has no record of the audio track
     */
    CmafSegment(ToLongFunction<Part> write, boolean lastHasSound) {
        var video = (VideoConfig) CodecConfig.parse(Codec.AVC, Records.AVC_RECORD);
        var audio = (AudioConfig) CodecConfig.parse(Codec.AAC, Records.AAC_RECORD);
        ByteBuffer videoInit = InitSection.cmaf(new Fmp4Track(1, 90_000,
                SampleEntry.of(video, ByteBuffer.allocate(0))));
        ByteBuffer audioInit = InitSection.cmaf(new Fmp4Track(1, SOUND_RATE, SampleEntry.of(audio)));
        var pictures = new ChunkWriter(1);
        var sounds = new ChunkWriter(1);
        var direct = new TsSegmentMuxer(video, audio, FIRST.segment(), START.discontinuous());
        PartId id = FIRST;
        for (int part = 0; part < PARTS; part++) {
            boolean last = part == PARTS - 1;
            List<TsSample> samples = new ArrayList<>();
            int first = part * FRAMES;
            for (int i = first; i < first + FRAMES; i++) {
                ByteBuffer data = nal(i);
                pictures.add(FRAME_TICKS, 0, i == 0, data);
                samples.add(new TsSample(TsSample.Kind.VIDEO, (long) i * FRAME_TICKS, (long) i * FRAME_TICKS, data));
            }
            boolean hasSound = !last || lastHasSound;
            for (int i = first; hasSound && i < first + FRAMES; i++) {
                ByteBuffer data = ByteBuffer.allocate(100).putInt(0, i);
                sounds.add(SOUND_TICKS, 0, true, data);
                long ticks = (long) i * SOUND_TICKS * 90_000 / SOUND_RATE;
                samples.add(new TsSample(TsSample.Kind.AUDIO, ticks, ticks, data));
            }
            List<SourcePart> sources = new ArrayList<>();
            sources.add(store(write, id, TrackId.VIDEO, videoInit,
                    pictures.write(new ChunkHead(part + 1, (long) first * FRAME_TICKS, part == 0, null))));
            if (hasSound) {
                sources.add(store(write, id, TrackId.AUDIO, audioInit,
                        sounds.write(new ChunkHead(part + 1, (long) first * SOUND_TICKS, part == 0, null))));
            }
            Part ts = new Part(id, RenditionId.TS, direct.part(samples, last));
            muxed.add(ts.bytes());
            places.add(new PartPlace(-1, ts.bytes().remaining(), ts.check()).madeFrom(sources));
            id = id.next();
        }
    }

    private SourcePart store(ToLongFunction<Part> write, PartId id, TrackId track, ByteBuffer init, ByteBuffer chunk) {
        int initBytes = id.isFirst() ? init.remaining() : 0;
        ByteBuffer bytes = ByteBuffer.allocate(initBytes + chunk.remaining());
        if (id.isFirst()) {
            bytes.put(init.duplicate());
        }
        var part = new Part(id, RenditionId.cmaf(track), bytes.put(chunk.duplicate()).flip());
        records.add(part);
        return new SourcePart(track, new PartPlace(write.applyAsLong(part), part.bytes().remaining(), initBytes,
                part.check()));
    }

    /** A slice, of a keyframe at first, with the length prefix of MP4. */
    private static ByteBuffer nal(int number) {
        return ByteBuffer.allocate(204).putInt(0, 200).put(4, (byte) (number == 0 ? 0x65 : 0x41)).put(5, (byte) 0x80)
                .putInt(6, 0x01010101 * (1 + number));
    }

    /** The whole MPEG-TS segment, muxed directly. */
    ByteBuffer segment() {
        ByteBuffer all = ByteBuffer.allocate(muxed.stream().mapToInt(ByteBuffer::remaining).sum());
        muxed.forEach(part -> all.put(part.duplicate()));
        return all.flip();
    }
}
