package io.millrace.tools.push;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.mp4.FragmentReader;
import io.millrace.media.mp4.Mp4Reader;
import io.millrace.media.mp4.Mp4Track;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.time.Ticks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The samples of an MP4 file, fragmented or not, in decoding order across tracks.
 *
 * <p>Edit lists shift the tracks relative to each other; then all tracks are shifted so that the earliest decoding time
 * is 0. Samples that an edit list hides (priming, frames before the cut) are sent, because RTMP cannot hide them.
 */
final class Mp4File implements MediaFile {
    /** Types of the first box that identify an MP4 file. */
    static final Set<String> FIRST_BOXES = Set.of("ftyp", "styp", "moov", "mdat", "free", "skip", "wide");

    private static final int MAX_COMPOSITION_MS = (1 << 23) - 1;

    /** Read position of one track. */
    private static final class Cursor {
        private final Mp4Track track;
        private int next;
        private int description;

        Cursor(Mp4Track track) {
            this.track = track;
        }

        boolean hasNext() {
            return next < track.samples().count();
        }

        long decodingMs() {
            return ms(track.samples().decodingTicks(next));
        }

        long ms(long ticks) {
            return Ticks.rescale(ticks + track.startTicks(), track.timescale(), Ticks.MILLIS);
        }
    }

    private final FileChannel channel;
    private final List<Mp4Track> tracks;
    private final int tracksLeftOut;
    private final Queue<MediaMessage> first = new ArrayDeque<>();
    private final List<Cursor> cursors = new ArrayList<>();
    private long originMs;

    /** Takes ownership of {@code channel}, unless it throws. */
    Mp4File(FileChannel channel) throws IOException {
        this.channel = channel;
        ByteBuffer moov = moov(channel);
        this.tracks = FragmentReader.isFragmented(moov) ? fragments(moov, channel) : Mp4Reader.read(moov);
        this.tracksLeftOut = Mp4Reader.tracksLeftOut(moov);
        if (tracks.isEmpty()) {
            throw new MalformedException("moov", "trak", "of video or audio is missing");
        }
        requireAllSamples();
        rewind();
    }

    /** Rejects a truncated file before its first message rather than in the middle of the stream. */
    private void requireAllSamples() throws IOException {
        long end = tracks.stream().map(Mp4Track::samples)
                .mapToLong(samples -> IntStream.range(0, samples.count())
                        .mapToLong(sample -> samples.offset(sample) + samples.sizeBytes(sample)).max().orElse(0))
                .max().orElse(0);
        if (end > channel.size()) {
            throw new MalformedException("file", "mdat", "is truncated: " + (end - channel.size())
                    + " bytes are missing at the end");
        }
    }

    private static List<Mp4Track> fragments(ByteBuffer moov, FileChannel channel) throws IOException {
        FragmentReader fragments = new FragmentReader(moov);
        FileBoxes boxes = new FileBoxes(channel);
        while (boxes.next()) {
            if (boxes.type().equals("moof")) {
                fragments.add(boxes.payload(Mp4Reader.MAX_MOOV_BYTES), boxes.position());
            }
        }
        return fragments.tracks();
    }

    private static ByteBuffer moov(FileChannel channel) throws IOException {
        FileBoxes boxes = new FileBoxes(channel);
        while (boxes.next()) {
            if (boxes.type().equals("moov")) {
                return boxes.payload(Mp4Reader.MAX_MOOV_BYTES);
            }
        }
        throw new MalformedException("file", "moov", "is missing: the recording was not completed");
    }

    @Override
    public int tracksLeftOut() {
        return tracksLeftOut;
    }

    @Override
    public void rewind() {
        first.clear();
        cursors.clear();
        first.add(new MediaMessage(MediaKind.DATA, 0, false,
                StreamMetadata.of(tracks.stream().map(Mp4Track::config).toList())));
        for (Mp4Track track : tracks) {
            if (!track.config().codec().isSelfDescribing()) {
                first.add(configMessage(track, 0, 0));
            }
            cursors.add(new Cursor(track));
        }
        originMs = cursors.stream().filter(Cursor::hasNext).mapToLong(Cursor::decodingMs).min().orElse(0);
    }

    private static MediaMessage configMessage(Mp4Track track, int description, long timestampMs) {
        var codec = track.config().codec();
        ByteBuffer record = track.configs().get(description).record();
        return codec.isVideo()
                ? new MediaMessage(MediaKind.VIDEO, timestampMs, true,
                        TagBodyWriter.write(new VideoTagBody.Config(codec, record)))
                : new MediaMessage(MediaKind.AUDIO, timestampMs, true,
                        TagBodyWriter.write(new AudioTagBody.Config(codec, record)));
    }

    @Override
    public Optional<MediaMessage> next() throws IOException {
        if (!first.isEmpty()) {
            return Optional.of(first.remove());
        }
        Optional<Cursor> earliest = cursors.stream().filter(Cursor::hasNext)
                .min(Comparator.comparingLong(Cursor::decodingMs));
        return earliest.isEmpty() ? Optional.empty() : Optional.of(message(earliest.get()));
    }

    /** Returns the next frame of a track, preceded by its configuration where that changes. */
    private MediaMessage message(Cursor cursor) throws IOException {
        int description = cursor.track.samples().description(cursor.next);
        if (description != cursor.description && !cursor.track.config().codec().isSelfDescribing()) {
            cursor.description = description;
            return configMessage(cursor.track, description, cursor.decodingMs() - originMs);
        }
        return frame(cursor);
    }

    private MediaMessage frame(Cursor cursor) throws IOException {
        int sample = cursor.next;
        var samples = cursor.track.samples();
        ByteBuffer data = FileBytes.read(channel, samples.offset(sample), samples.sizeBytes(sample));
        long decodingMs = cursor.decodingMs();
        long compositionMs = cursor.ms(samples.decodingTicks(sample) + samples.compositionOffsetTicks(sample))
                - decodingMs;
        cursor.next++;
        var codec = cursor.track.config().codec();
        if (!codec.isVideo()) {
            return new MediaMessage(MediaKind.AUDIO, decodingMs - originMs, false,
                    TagBodyWriter.write(new AudioTagBody.Frame(codec, data)));
        }
        if (Math.abs(compositionMs) > MAX_COMPOSITION_MS) {
            throw new OverLimitException("ctts", "sample_offset", compositionMs, MAX_COMPOSITION_MS);
        }
        return new MediaMessage(MediaKind.VIDEO, decodingMs - originMs, false, TagBodyWriter
                .write(new VideoTagBody.Frame(codec, samples.isSync(sample), false, (int) compositionMs, data)));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
