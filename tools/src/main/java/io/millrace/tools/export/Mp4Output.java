package io.millrace.tools.export;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.isobmff.SampleEntry;
import io.millrace.media.isobmff.TrackRole;
import io.millrace.media.mp4.Mp4Head;
import io.millrace.media.mp4.Mp4Sample;
import io.millrace.media.mp4.Mp4TrackWriter;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        private final EntryFinder entries = new EntryFinder();
        private final int timescale;
        /** Null until the first sample. */
        private Mp4TrackWriter index;
        private final List<Mp4Sample> samples = new ArrayList<>();
        private final List<ByteBuffer> data = new ArrayList<>();
        private SampleEntry entry;
        /** Decoding time of the newest sample. */
        private long last = Long.MIN_VALUE;
        /** Duration of a video frame. */
        private int picture90k = DEFAULT_PICTURE_90K;

        private Track(int timescale) {
            this.timescale = timescale;
        }

        private void begin(SampleEntry first, int delayTicks, TrackRole role) {
            index = new Mp4TrackWriter(timescale, first, delayTicks, role);
            entry = first;
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
    private final ChosenTracks chosen;
    private final Roles roles;
    private final Map<TrackId, Track> tracks = new HashMap<>();
    private long chunk90k = Long.MIN_VALUE;
    private int chunkBytes;

    Mp4Output(PartFile file, Roles roles) {
        this.file = file;
        this.chosen = roles.chosen();
        this.roles = roles;
    }

    @Override
    void picture(TrackId id, VideoConfig config, long dts90k, long pts90k, boolean key, ByteBuffer data) {
        Track track = tracks.computeIfAbsent(id, _ -> new Track(Ticks.MPEG));
        SampleEntry entry = track.entries.of(config, key, data);
        if (track.index == null) {
            track.begin(entry, 0, roles.of(id));
        } else {
            track.picture90k = (int) Math.min(dts90k - track.last, Ticks.MPEG);
        }
        track.last = dts90k;
        beforeSample(dts90k, data.remaining());
        track.add(entry, new Mp4Sample(dts90k, Math.toIntExact(pts90k - dts90k), track.picture90k, data.remaining(),
                key), data);
    }

    @Override
    void sound(TrackId id, AudioConfig config, long dueSamples, int frameSamples, ByteBuffer data) {
        int rate = config.sampleRate();
        Track track = tracks.computeIfAbsent(id, _ -> new Track(rate));
        SampleEntry entry = track.entries.of(config);
        if (track.index == null) {
            track.begin(entry, config.delaySamples(), roles.of(id));
        }
        beforeSample(Ticks.rescale(dueSamples, rate, Ticks.MPEG), data.remaining());
        // After a change of the sample rate, audio is timed from a new millisecond timestamp, which may not be later.
        long due = Math.max(Ticks.rescale(dueSamples, rate, track.timescale), track.last + 1);
        track.last = due;
        int duration = (int) Ticks.rescale(frameSamples, rate, track.timescale);
        track.add(entry, new Mp4Sample(due, 0, duration, data.remaining(), true), data);
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

    /** The tracks that have samples, in the order of the choice: the main ones first. */
    private Stream<Track> tracks() {
        return chosen.all().stream().map(tracks::get).filter(Objects::nonNull);
    }

    @Override
    public void finish(Instant began) {
        writeChunks();
        List<Mp4TrackWriter> indexes = tracks().map(track -> track.index).toList();
        file.insertInFront(Mp4Head.write(indexes, file.writtenBytes(), began));
    }
}
