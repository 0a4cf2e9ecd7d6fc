package io.millrace.edge.log;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.edge.log.PartReader.CachedPart;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Reads MPEG-TS segments whose parts have no records: makes them from CMAF parts when they are first requested
 * ({@link DerivedSegment}), and caches them within a limit of bytes for all requests. Parts that have records are read
 * by {@link PartReader}.
 *
 * <p>Thread-safe. Segments are made on the threads of the readers.
 */
public final class DerivedParts implements PartSource, AutoCloseable {
    /** Segments larger than the cache divided by this number are made for each request, and not cached. */
    private static final int LARGE_SHARE = 2;

    private final PartReader parts;
    private final ReaderPool readers;
    private final SharedReads<DerivedSegment, CachedPart> segments;
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final long cacheBytes;
    private final long limitBytes;

    /**
     * @param cacheBytes limit of the memory for cached segments
     * @param sendingBytes limit of the memory for evicted segments that responses still send; above it, reads are
     *     rejected
     */
    public DerivedParts(PartReader parts, ReaderPool readers, long cacheBytes, long sendingBytes) {
        this.parts = parts;
        this.readers = readers;
        this.cacheBytes = cacheBytes;
        limitBytes = cacheBytes + sendingBytes;
        segments = new SharedReads<>(Caffeine.newBuilder().maximumWeight(cacheBytes)
                .<DerivedSegment, CachedPart>weigher((_, made) -> made.bytes().readableBytes()).executor(Runnable::run)
                .removalListener((_, made, _) -> made.bytes().release()).build());
    }

    @Override
    public CompletionStage<Answer> read(Requester requester, String stream, RenditionId rendition, PartId first,
            SegmentStart start, List<PartPlace> places) {
        if (!places.getFirst().isDerived()) {
            return parts.read(requester, stream, rendition, first, start, places);
        }
        var segment = new DerivedSegment(stream, rendition, first, places);
        return segment.sizeBytes() > cacheBytes / LARGE_SHARE
                ? make(requester, segment, start).thenApply(found -> found.isEmpty()
                        ? new Answer.Expired()
                        : new Answer.Bytes(List.of(found.get(segment).bytes()), found.get(segment).check()))
                : read(requester, segment, start, PartReader.TRIES);
    }

    private CompletionStage<Answer> read(Requester requester, DerivedSegment segment, SegmentStart start, int tries) {
        return segments.getAll(List.of(segment), requester, (_, requesters) -> make(requesters, segment, start))
                .orTimeout(PartReader.ANSWER_MS, TimeUnit.MILLISECONDS).thenCompose(found -> {
                    if (found.isEmpty()) {
                        return CompletableFuture.completedFuture(new Answer.Expired());
                    }
                    CachedPart made = found.get(segment);
                    Optional<List<ByteBuf>> taken = PartReader.take(List.of(made));
                    if (taken.isPresent()) {
                        return CompletableFuture.completedFuture(new Answer.Bytes(taken.get(), made.check()));
                    }
                    return tries > 1 ? read(requester, segment, start, tries - 1) : PartReader.evicted();
                });
    }

    /** Returns the segment, or nothing if the log no longer retains one of its parts. */
    private CompletableFuture<Map<DerivedSegment, CachedPart>> make(Requester requesters, DerivedSegment segment,
            SegmentStart start) {
        return parts.read(requesters, segment.stream(), segment.records()).thenCompose(answer -> switch (answer) {
            case Answer.Expired() -> CompletableFuture.completedFuture(Map.<DerivedSegment, CachedPart>of());
            case Answer.Bytes(List<ByteBuf> read, int _) ->
                readers.submit(requesters, _ -> Map.of(segment, made(segment, start, read)))
                        .whenComplete((_, _) -> read.forEach(ByteBuf::release));
        }).toCompletableFuture();
    }

    /** @param read the bytes of the segment's {@link DerivedSegment#records} */
    private CachedPart made(DerivedSegment segment, SegmentStart start, List<ByteBuf> read) {
        if (memory.metric().usedDirectMemory() > limitBytes) {
            throw new BusyException("too many bytes are waiting for slow viewers");
        }
        ByteBuf made = memory.directBuffer(segment.sizeBytes(), segment.sizeBytes());
        try {
            segment.make(start, read.stream().map(ByteBuf::nioBuffer).iterator(), made::writeBytes);
        } catch (RuntimeException e) {
            made.release();
            throw e;
        }
        return new CachedPart(made, PartReader.check(segment.places().stream().map(PartPlace::check).toList()));
    }

    @Override
    public void close() {
        segments.forgetAll();
    }
}
