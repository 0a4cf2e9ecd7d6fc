package io.millrace.edge.log;

import io.millrace.edge.log.PartReader.PartKey;
import io.millrace.media.remux.CmafToTs;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.SourcePart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * An MPEG-TS segment that is made from the CMAF parts of the same cuts. The index has the checksum of each part that is
 * made, so a segment has the same bytes on every edge, or is not served
 * (docs/decisions/0050-mpeg-ts-is-made-from-cmaf.md). Pure; immutable.
 *
 * @param first identity of its first part
 * @param places the places of all of its parts, which are derived
 */
record DerivedSegment(String stream, RenditionId rendition, PartId first, List<PartPlace> places) {
    private static final ByteBuffer NO_CHUNK = ByteBuffer.allocate(0);

    /** Returns the keys of the records from which the segment is made, in order. */
    List<PartKey> records() {
        List<PartKey> records = new ArrayList<>();
        for (PartKey part : PartReader.keys(stream, rendition, first, places)) {
            part.place().sources()
                    .forEach(source -> records.add(new PartKey(stream, source.rendition(), part.id(), source.place())));
        }
        return records;
    }

    int sizeBytes() {
        return places.stream().mapToInt(PartPlace::sizeBytes).reduce(0, Math::addExact);
    }

    /**
     * Makes the segment.
     *
     * @param read the bytes of the {@link #records}
     * @param out receives the bytes of each part
     * @throws io.millrace.media.bytes.MediaException if a chunk is malformed
     * @throws IllegalStateException if a part differs from what the index says
     */
    void make(SegmentStart start, Iterator<ByteBuffer> read, Consumer<ByteBuffer> out) {
        List<SourcePart> tracks = places.getFirst().sources();
        CmafToTs muxer = null;
        for (int i = 0; i < places.size(); i++) {
            PartPlace place = places.get(i);
            List<ByteBuffer> inits = new ArrayList<>(tracks.size());
            List<ByteBuffer> chunks = new ArrayList<>(tracks.size());
            for (SourcePart track : tracks) {
                SourcePart source = source(place, track);
                ByteBuffer bytes = source == null ? NO_CHUNK : read.next();
                int initBytes = source == null ? 0 : source.place().initBytes();
                inits.add(bytes.slice(0, initBytes));
                chunks.add(bytes.slice(initBytes, bytes.remaining() - initBytes));
            }
            muxer = muxer == null ? new CmafToTs(inits, first.segment(), start.discontinuous()) : muxer;
            ByteBuffer part = muxer.part(chunks, i == places.size() - 1);
            if (!place.isOf(part.remaining(), check(part))) {
                throw new IllegalStateException("part " + i + " of segment " + first.segment() + " of " + stream
                        + " differs from the index if it is made from CMAF");
            }
            out.accept(part);
        }
    }

    /** Returns the source of a part that has the track of {@code track}, or null. */
    private static SourcePart source(PartPlace place, SourcePart track) {
        for (SourcePart source : place.sources()) {
            if (source.track().equals(track.track())) {
                return source;
            }
        }
        return null;
    }

    private static int check(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }
}
