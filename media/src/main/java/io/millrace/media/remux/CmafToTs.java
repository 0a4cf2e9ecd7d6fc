package io.millrace.media.remux;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.isobmff.Boxes;
import io.millrace.media.mp4.FragmentReader;
import io.millrace.media.mp4.Mp4Track;
import io.millrace.media.mp4.SampleTable;
import io.millrace.media.mpegts.TsSample;
import io.millrace.media.mpegts.TsSegmentMuxer;
import io.millrace.media.time.Ticks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the parts of an MPEG-TS segment from the CMAF chunks of its tracks. The result has the bytes that
 * {@link TsSegmentMuxer} makes from the same samples: a chunk has the data, the times and the order of all samples of
 * its track, and the muxer does not depend on the order of samples of different tracks.
 *
 * <p>Confined to one thread; used for one segment; must not be used after an exception.
 */
public final class CmafToTs {
    private final List<ByteBuffer> movies;
    private final TsSegmentMuxer muxer;

    /**
     * @param inits the init sections, one for each track: at most one of video and one of audio
     * @param segmentNumber as in {@link TsSegmentMuxer}
     * @param discontinuous as in {@link TsSegmentMuxer}
     * @throws io.millrace.media.bytes.MediaException if an init section is malformed, or MPEG-TS cannot express a
     *     configuration
     */
    public CmafToTs(List<ByteBuffer> inits, long segmentNumber, boolean discontinuous) {
        movies = inits.stream().map(init -> Boxes.need(init, "init section", "moov")).toList();
        List<CodecConfig> configs = movies.stream().map(movie -> track(new FragmentReader(movie)).config()).toList();
        muxer = new TsSegmentMuxer(only(VideoConfig.class, configs), only(AudioConfig.class, configs), segmentNumber,
                discontinuous);
    }

    /** Returns the configuration of a kind, or null. */
    private static <C extends CodecConfig> C only(Class<C> kind, List<CodecConfig> configs) {
        List<C> found = configs.stream().filter(kind::isInstance).map(kind::cast).toList();
        if (found.size() > 1) {
            throw new IllegalArgumentException(found.size() + " tracks of one kind");
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    /**
     * Returns the bytes of the next part.
     *
     * @param chunks the chunks of the tracks in the order of the init sections, each without an init section; empty for
     *     a track without samples in the part. They are used until the call for the next part
     * @param last whether this part ends the segment
     * @throws io.millrace.media.bytes.MediaException if a chunk is malformed
     */
    public ByteBuffer part(List<ByteBuffer> chunks, boolean last) {
        List<TsSample> samples = new ArrayList<>();
        for (int i = 0; i < movies.size(); i++) {
            if (chunks.get(i).hasRemaining()) {
                addSamples(movies.get(i), chunks.get(i), samples);
            }
        }
        return muxer.part(samples, last);
    }

    private static void addSamples(ByteBuffer movie, ByteBuffer chunk, List<TsSample> samples) {
        var reader = new FragmentReader(movie);
        var boxes = new Boxes(chunk);
        int position = 0;
        while (boxes.next()) {
            if (boxes.type().equals("moof")) {
                reader.add(boxes.payload(), position);
            }
            position = boxes.position();
        }
        Mp4Track track = track(reader);
        TsSample.Kind kind = track.config() instanceof VideoConfig ? TsSample.Kind.VIDEO : TsSample.Kind.AUDIO;
        SampleTable table = track.samples();
        for (int i = 0; i < table.count(); i++) {
            if (table.offset(i) > chunk.remaining() - table.sizeBytes(i)) {
                throw MalformedException.value("trun", "data_offset", table.offset(i), "within the chunk");
            }
            long dts = table.decodingTicks(i);
            long pts = dts + table.compositionOffsetTicks(i);
            samples.add(new TsSample(kind, Ticks.rescale(dts, track.timescale(), Ticks.MPEG),
                    Ticks.rescale(pts, track.timescale(), Ticks.MPEG),
                    chunk.slice(chunk.position() + (int) table.offset(i), table.sizeBytes(i))));
        }
    }

    private static Mp4Track track(FragmentReader reader) {
        List<Mp4Track> tracks = reader.tracks();
        if (tracks.size() != 1) {
            throw MalformedException.value("moov", "tracks", tracks.size(), "one track in CMAF");
        }
        return tracks.getFirst();
    }
}
