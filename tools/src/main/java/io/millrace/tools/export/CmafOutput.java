package io.millrace.tools.export;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.fmp4.ChunkHead;
import io.millrace.media.fmp4.ChunkWriter;
import io.millrace.media.fmp4.Fmp4Track;
import io.millrace.media.fmp4.InitSection;
import io.millrace.media.isobmff.SampleEntry;
import io.millrace.media.isobmff.TrackRole;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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
        private final EntryFinder entries;
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

        private Track(int id, int timescale, SampleEntry entry, TrackRole role, EntryFinder entries) {
            this.entries = entries;
            track = new Fmp4Track(id, timescale, entry, role);
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
    private final ChosenTracks chosen;
    private final Roles roles;
    /** In the order in which they began. */
    private final Map<TrackId, Track> tracks = new LinkedHashMap<>();
    private long sequence;
    private boolean opened;
    private long segment90k = NONE;
    private int waitingBytes;
    private int droppedFrames;

    /**
     * @param announced the tracks at the start of the range; no sequence header announces MP3, AC-3 and E-AC-3
     * @param roles which tracks of the stream they are, and what the file says of them
     */
    CmafOutput(PartFile file, Tracks announced, Roles roles) {
        this.file = file;
        this.announced = announced;
        this.chosen = roles.chosen();
        this.roles = roles;
    }

    @Override
    void picture(TrackId id, VideoConfig config, long dts90k, long pts90k, boolean key, ByteBuffer data) {
        Track track = tracks.get(id);
        EntryFinder entries = track == null ? new EntryFinder() : track.entries;
        SampleEntry entry = entries.of(config, key, data);
        long duration = DEFAULT_PICTURE_90K;
        if (track == null) {
            track = begin(id, Ticks.MPEG, entry, entries);
        } else {
            requireSame(track, entry);
            duration = dts90k - track.newestTicks;
        }
        track.add(dts90k, duration, Math.toIntExact(pts90k - dts90k), key, data);
        afterFrame(id, pts90k, key, data);
    }

    @Override
    void sound(TrackId id, AudioConfig config, long dueSamples, int frameSamples, ByteBuffer data) {
        Track track = tracks.get(id);
        if (track == null) {
            track = begin(id, config);
        }
        requireSame(track, track.entries.of(config));
        if (opened && dueSamples < track.baseTicks) {
            // Its time would be negative. Only audio that is seconds late has such a time.
            droppedFrames++;
            return;
        }
        track.add(dueSamples, frameSamples, 0, true, data);
        afterFrame(id, track.in90k(dueSamples), true, data);
    }

    private Track begin(TrackId id, AudioConfig config) {
        EntryFinder entries = new EntryFinder();
        return begin(id, config.sampleRate(), entries.of(config), entries);
    }

    private Track begin(TrackId id, int timescale, SampleEntry entry, EntryFinder entries) {
        if (opened) {
            throw new UnsupportedException("export", "track", entry.config().rfc6381() + ", which begins late",
                    "tracks that are known at the start; MP4 and FLV support others");
        }
        Track track = new Track(tracks.size() + 1, timescale, entry, roles.of(id), entries);
        tracks.put(id, track);
        return track;
    }

    private static void requireSame(Track track, SampleEntry entry) {
        if (!entry.equals(track.track.entry())) {
            throw new UnsupportedException("export", "codec configuration", "changed within the range",
                    "one for each track; MP4 and FLV support changes");
        }
    }

    private void afterFrame(TrackId id, long time90k, boolean entry, ByteBuffer data) {
        segment90k = segment90k == NONE ? time90k : segment90k;
        boolean leads = id.kind() == Packet.Kind.VIDEO
                ? id.id() == chosen.video()
                : tracks.keySet().stream().noneMatch(track -> track.kind() == Packet.Kind.VIDEO);
        if (leads && entry && time90k - segment90k >= SEGMENT_90K) {
            writeChunks();
            tracks.values().forEach(track -> track.opensSegment = true);
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
        tracks.values().forEach(Track::write);
        waitingBytes = 0;
    }

    private void open() {
        for (TrackId id : chosen.all()) {
            CodecConfig known = Optional.ofNullable(current(id)).or(() -> configOf(id)).orElse(null);
            if (known instanceof AudioConfig config && !tracks.containsKey(id)) {
                begin(id, config);
            }
        }
        opened = true;
        long start90k = tracks.values().stream().filter(track -> track.firstTicks != NONE)
                .mapToLong(track -> track.in90k(track.firstTicks)).min().orElse(0);
        tracks.values().forEach(
                track -> track.baseTicks = Ticks.rescale(start90k, Ticks.MPEG, track.track.timescale()));
        file.write(head(1));
    }

    private Optional<CodecConfig> configOf(TrackId id) {
        return id.id() == chosen.main(id.kind())
                ? Optional.ofNullable(id.kind() == Packet.Kind.VIDEO ? announced.video() : announced.audio())
                : announced.config(id);
    }

    private ByteBuffer head(long durationMs) {
        return InitSection.file(tracks.values().stream().map(track -> track.track).toList(), durationMs);
    }

    @Override
    boolean carries(Codec codec) {
        return true;
    }

    @Override
    public void finish(Instant began) {
        tracks.values().forEach(track -> track.takeNewest(track.newestDuration));
        writeChunks();
        long durationMs = tracks.values().stream().mapToLong(Track::durationMs).max().orElse(0);
        file.patch(head(Math.max(1, durationMs)), 0);
    }

    @Override
    public int droppedFrames() {
        return droppedFrames;
    }
}
