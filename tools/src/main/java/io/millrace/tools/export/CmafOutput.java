package io.millrace.tools.export;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.fmp4.ChunkHead;
import io.millrace.media.fmp4.ChunkWriter;
import io.millrace.media.fmp4.Fmp4Track;
import io.millrace.media.fmp4.InitSection;
import io.millrace.media.isobmff.SampleEntry;
import io.millrace.media.time.Ticks;
import io.millrace.platform.timeline.Tracks;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes fragmented MP4: an init section with all tracks, and CMAF chunks of each track in turn. A chunk begins at a
 * keyframe every few seconds, and earlier if frames take too much memory.
 *
 * <p>The timeline starts with the first frame decoded, and there are no edit lists. Composition offsets are those of
 * the encoder, 0 or more from most encoders: FFmpeg, and every player that reads files with it, shows the video of
 * fragmented files later by the largest negative offset.
 */
final class CmafOutput extends FrameOutput {
    private static final long SEGMENT_90K = 2L * Ticks.MPEG;
    /** A chunk is written when more than this is waiting; the newest frame of each track may come on top. */
    private static final int WAITING_LIMIT_BYTES = 4 << 20;
    private static final int DEFAULT_PICTURE_90K = Ticks.MPEG / 25;
    private static final long NONE = Long.MIN_VALUE;

    /**
     * One track. The newest frame waits for the decoding time of the next one, which is its end. Frames are not copied:
     * their bytes must not change until the chunk that contains them is written.
     */
    private final class Track {
        private final Fmp4Track track;
        private final ChunkWriter chunk;
        private long baseTicks;
        /** Decoding time of the first frame. */
        private long firstTicks = NONE;
        private long chunkTicks;
        private boolean opensSegment = true;
        private long endTicks;
        private long newestTicks;
        private long newestDuration;
        private int newestComposition;
        private boolean newestKey;
        private ByteBuffer newest;

        private Track(int id, int timescale, SampleEntry entry) {
            track = new Fmp4Track(id, timescale, entry);
            chunk = new ChunkWriter(id);
        }

        private void add(long ticks, long duration, int composition, boolean key, ByteBuffer data) {
            takeNewest(ticks - newestTicks);
            firstTicks = firstTicks == NONE ? ticks : firstTicks;
            newestTicks = ticks;
            newestDuration = duration;
            newestComposition = composition;
            newestKey = key;
            newest = data;
        }

        /** Adds the newest frame to the chunk. */
        private void takeNewest(long duration) {
            if (newest != null) {
                chunkTicks = chunk.isEmpty() ? newestTicks : chunkTicks;
                chunk.add(duration, newestComposition, newestKey, newest);
                endTicks = newestTicks + duration;
                newest = null;
            }
        }

        private void write() {
            if (!chunk.isEmpty()) {
                file.write(chunk.write(new ChunkHead(++sequence, chunkTicks - baseTicks, opensSegment, null)));
                opensSegment = false;
            }
        }

        /** Rounds up, because a duration that is too short cuts off the last frame. */
        private long durationMs() {
            return -Ticks.rescale(baseTicks - Math.max(endTicks, baseTicks), track.timescale(), Ticks.MILLIS);
        }

        private long in90k(long ticks) {
            return Ticks.rescale(ticks, track.timescale(), Ticks.MPEG);
        }
    }

    private final PartFile file;
    private final Tracks announced;
    private final EntryFinder entries = new EntryFinder();
    private final List<Track> tracks = new ArrayList<>(2);
    private Track pictures;
    private Track sounds;
    private long lastPicture90k;
    private long sequence;
    private boolean opened;
    private long segment90k = NONE;
    private int waitingBytes;
    private int droppedFrames;

    /** @param announced the tracks at the start of the range; no sequence header announces MP3, AC-3 and E-AC-3 */
    CmafOutput(PartFile file, Tracks announced) {
        this.file = file;
        this.announced = announced;
    }

    @Override
    void picture(VideoConfig config, long dts90k, long pts90k, boolean key, ByteBuffer data) {
        SampleEntry entry = entries.of(config, key, data);
        long duration = DEFAULT_PICTURE_90K;
        if (pictures == null) {
            pictures = begin(Ticks.MPEG, entry);
        } else {
            requireSame(pictures, entry);
            duration = dts90k - lastPicture90k;
        }
        lastPicture90k = dts90k;
        pictures.add(dts90k, duration, Math.toIntExact(pts90k - dts90k), key, data);
        afterFrame(pts90k, key, data);
    }

    @Override
    void sound(AudioConfig config, long dueSamples, int frameSamples, ByteBuffer data) {
        SampleEntry entry = entries.of(config);
        if (sounds == null) {
            sounds = begin(config.sampleRate(), entry);
        }
        requireSame(sounds, entry);
        if (opened && dueSamples < sounds.baseTicks) {
            // Its time would be negative. Only audio that is seconds late has such a time.
            droppedFrames++;
            return;
        }
        sounds.add(dueSamples, frameSamples, 0, true, data);
        afterFrame(sounds.in90k(dueSamples), pictures == null, data);
    }

    private Track begin(int timescale, SampleEntry entry) {
        if (opened) {
            throw new UnsupportedException("export", "track", entry.config().rfc6381() + ", which begins late",
                    "tracks that are known at the start; MP4 and FLV support others");
        }
        Track track = new Track(tracks.size() + 1, timescale, entry);
        tracks.add(track);
        return track;
    }

    private static void requireSame(Track track, SampleEntry entry) {
        if (!entry.equals(track.track.entry())) {
            throw new UnsupportedException("export", "codec configuration", "changed within the range",
                    "one for each track; MP4 and FLV support changes");
        }
    }

    private void afterFrame(long time90k, boolean entry, ByteBuffer data) {
        segment90k = segment90k == NONE ? time90k : segment90k;
        if (entry && time90k - segment90k >= SEGMENT_90K) {
            writeChunks();
            tracks.forEach(track -> track.opensSegment = true);
            segment90k = time90k;
        } else if (waitingBytes > WAITING_LIMIT_BYTES) {
            writeChunks();
        }
        waitingBytes += data.remaining();
    }

    private void writeChunks() {
        if (!opened) {
            open();
        }
        tracks.forEach(Track::write);
        waitingBytes = 0;
    }

    private void open() {
        AudioConfig config = audio() == null ? announced.audio() : audio();
        if (sounds == null && config != null) {
            sounds = begin(config.sampleRate(), entries.of(config));
        }
        opened = true;
        long start90k = tracks.stream().filter(track -> track.firstTicks != NONE)
                .mapToLong(track -> track.in90k(track.firstTicks)).min().orElse(0);
        tracks.forEach(track -> track.baseTicks = Ticks.rescale(start90k, Ticks.MPEG, track.track.timescale()));
        file.write(InitSection.file(tracks.stream().map(track -> track.track).toList(), 1));
    }

    @Override
    boolean carries(Codec codec) {
        return true;
    }

    @Override
    public void finish(Instant began) {
        tracks.forEach(track -> track.takeNewest(track.newestDuration));
        writeChunks();
        long durationMs = tracks.stream().mapToLong(Track::durationMs).max().orElse(0);
        file.patch(InitSection.file(tracks.stream().map(track -> track.track).toList(), Math.max(1, durationMs)), 0);
    }

    @Override
    public int droppedFrames() {
        return droppedFrames;
    }
}
