package io.millrace.tools.export;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.isobmff.SampleEntry;
import io.millrace.media.mp4.Mp4Head;
import io.millrace.media.mp4.Mp4Sample;
import io.millrace.media.mp4.Mp4TrackWriter;
import io.millrace.media.time.Ticks;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes MP4 with the index at the beginning. During the export, only media data is written, in chunks of half a second
 * per track; the index, a few bytes per frame, is kept in memory. At the end, the media data is moved to make room for
 * the index.
 */
final class Mp4Output extends FrameOutput {
    private static final long CHUNK_90K = Ticks.MPEG / 2;
    private static final int CHUNK_LIMIT_BYTES = 4 << 20;
    private static final int DEFAULT_PICTURE_90K = Ticks.MPEG / 25;

    /** The frames of one track that are not written yet. */
    private final class Track {
        private final Mp4TrackWriter index;
        private final List<Mp4Sample> samples = new ArrayList<>();
        private final List<ByteBuffer> data = new ArrayList<>();
        private SampleEntry entry;

        private Track(int timescale, SampleEntry entry, int delayTicks) {
            index = new Mp4TrackWriter(timescale, entry, delayTicks);
            this.entry = entry;
        }

        private void add(SampleEntry with, Mp4Sample sample, ByteBuffer bytes) {
            if (!with.equals(entry)) {
                write();
                entry = with;
            }
            samples.add(sample);
            data.add(bytes);
        }

        private void write() {
            index.chunk(file.writtenBytes(), entry, samples);
            data.forEach(file::write);
            samples.clear();
            data.clear();
        }
    }

    private final PartFile file;
    private final EntryFinder entries = new EntryFinder();
    private Track pictures;
    private Track sounds;
    private int soundTimescale;
    private long lastSound = Long.MIN_VALUE;
    private long chunk90k = Long.MIN_VALUE;
    private int chunkBytes;
    private long lastPicture90k;
    private int picture90k = DEFAULT_PICTURE_90K;

    Mp4Output(PartFile file) {
        this.file = file;
    }

    @Override
    void picture(VideoConfig config, long dts90k, long pts90k, boolean key, ByteBuffer data) {
        SampleEntry entry = entries.of(config, key, data);
        if (pictures == null) {
            pictures = new Track(Ticks.MPEG, entry, 0);
        } else {
            picture90k = (int) Math.min(dts90k - lastPicture90k, Ticks.MPEG);
        }
        lastPicture90k = dts90k;
        beforeSample(dts90k, data.remaining());
        pictures.add(entry, new Mp4Sample(dts90k, Math.toIntExact(pts90k - dts90k), picture90k, data.remaining(), key),
                data);
    }

    @Override
    void sound(AudioConfig config, long dueSamples, int frameSamples, ByteBuffer data) {
        int rate = config.sampleRate();
        if (sounds == null) {
            soundTimescale = rate;
            sounds = new Track(rate, entries.of(config), config.delaySamples());
        }
        beforeSample(Ticks.rescale(dueSamples, rate, Ticks.MPEG), data.remaining());
        // After a change of the sample rate, audio is timed from a new millisecond timestamp, which may not be later.
        long due = Math.max(Ticks.rescale(dueSamples, rate, soundTimescale), lastSound + 1);
        lastSound = due;
        int duration = (int) Ticks.rescale(frameSamples, rate, soundTimescale);
        sounds.add(entries.of(config), new Mp4Sample(due, 0, duration, data.remaining(), true), data);
    }

    @Override
    boolean carries(Codec codec) {
        return true;
    }

    private void beforeSample(long time90k, int sizeBytes) {
        chunk90k = chunk90k == Long.MIN_VALUE ? time90k : chunk90k;
        if (time90k - chunk90k >= CHUNK_90K || chunkBytes + sizeBytes > CHUNK_LIMIT_BYTES) {
            writeChunks();
            chunk90k = time90k;
        }
        chunkBytes += sizeBytes;
    }

    private void writeChunks() {
        tracks().forEach(Track::write);
        chunkBytes = 0;
    }

    private Stream<Track> tracks() {
        return Stream.of(pictures, sounds).filter(track -> track != null);
    }

    @Override
    public void finish(Instant began) {
        writeChunks();
        List<Mp4TrackWriter> indexes = tracks().map(track -> track.index).toList();
        file.insertInFront(Mp4Head.write(indexes, file.writtenBytes(), began));
    }
}
