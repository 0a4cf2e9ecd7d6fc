package io.millrace.edge.hls;

import io.millrace.edge.log.PartSource;
import io.millrace.edge.past.PastSource;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Front;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.Segment;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32C;

/**
 * A segment, a part of one, or an init section of a rendition. An init section is the beginning of the first part of
 * each segment to which it applies, and is read from the newest of them that is known. Immutable.
 *
 * @param isInit whether it is an init section
 * @param number the number of the segment; of an init section, the discontinuity number of its segments
 * @param part the number of the part in the segment; {@link #WHOLE} if it is not a part
 */
record MediaFile(RenditionId rendition, boolean isInit, long number, int part) {
    static final int WHOLE = -1;

    /** Creates a segment or an init section. */
    MediaFile(RenditionId rendition, boolean isInit, long number) {
        this(rendition, isInit, number, WHOLE);
    }

    boolean isPart() {
        return part != WHOLE;
    }

    /** Returns the segment that contains the file, if the view has it; for a part, the part as a segment of its own. */
    Optional<Segment> in(EpochView epoch) {
        RenditionView view = epoch.of(rendition);
        if (isPart()) {
            return Optional.ofNullable(epoch.parts()).flatMap(parts -> parts.part(rendition, front()))
                    .or(() -> view.complete(number).flatMap(segment -> segment.ofPart(part)));
        }
        return isInit ? view.completeAfter(number) : view.complete(number);
    }

    /** Returns whether the file does not exist yet, but is the part that playlists announce. */
    boolean isNext(EpochView epoch) {
        return isPart() && !epoch.ended() && epoch.parts() != null && epoch.parts().isNext(rendition, front());
    }

    private Front front() {
        return new Front(number, part);
    }

    /** Returns the identity of the first part that is read. */
    PartId first(long epoch, Segment segment) {
        return new PartId(epoch, segment.number(), isPart() ? part : 0);
    }

    /** Returns whether the file may be in segments older than those of a view. */
    boolean isOlder(RenditionView view) {
        if (view.segments().isEmpty()) {
            return false;
        }
        Segment oldest = view.segments().firstEntry().getValue();
        return isInit ? number <= oldest.start().discontinuity() : number < oldest.number();
    }

    /** Finds the segment that contains the file in the index. */
    CompletionStage<Optional<Segment>> find(PastSource past, StreamEntry entry, RenditionView live) {
        return isInit
                ? past.segmentAfter(entry, rendition, number, live)
                : past.segment(entry, rendition, number, live)
                        .thenApply(found -> isPart() ? found.flatMap(segment -> segment.ofPart(part)) : found);
    }

    /** Returns the parts that contain the file. */
    List<PartPlace> parts(Segment segment) {
        return isInit ? segment.parts().subList(0, 1) : segment.parts();
    }

    /** Returns the file, cut out of these parts. Ownership of the buffers is passed on. */
    List<ByteBuf> cut(Segment segment, List<ByteBuf> parts) {
        int initBytes = segment.parts().getFirst().initBytes();
        ByteBuf first = parts.getFirst();
        if (isInit) {
            first.writerIndex(first.readerIndex() + initBytes);
        } else {
            first.skipBytes(initBytes);
        }
        return parts;
    }

    /**
     * Returns the ETag, which consists of the size and a checksum of the bytes, so that it does not depend on the URL.
     *
     * @param parts the parts that were read
     */
    String etag(Segment segment, PartSource.Answer.Bytes parts) {
        if (!isInit) {
            return etag(segment.sizeBytes(), parts.check());
        }
        int size = segment.parts().getFirst().initBytes();
        ByteBuf first = parts.bytes().getFirst();
        CRC32C crc = new CRC32C();
        crc.update(first.nioBuffer(first.readerIndex(), size));
        return etag(size, (int) crc.getValue());
    }

    private static String etag(long size, int check) {
        return "\"" + Long.toHexString(size) + "-" + Integer.toHexString(check) + "\"";
    }

    @Override
    public String toString() {
        return (isInit ? "init section " : "segment ") + number + (isPart() ? " part " + part : "");
    }
}
