package io.millrace.edge.http;

import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.log.PartSource;
import io.millrace.edge.log.Requester;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Segment;
import io.millrace.platform.admin.AdminFile;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/**
 * {@code /api/v1/posters/NAME} on the admin port: the init section and the first part of the newest complete segment of
 * the default video track, which together are a fragmented MP4 file (ISO/IEC 14496-12, 8.8) that begins with the newest
 * keyframe. A browser shows its first frame. Thread-safe.
 */
public final class PosterResource implements AdminResource {
    /** Posters that are read at a time: each holds a part in memory. */
    private static final int READS = 4;
    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, TrackId.DEFAULT));

    private final StreamDirectory directory;
    private final LiveViews views;
    private final PartSource parts;
    private final Semaphore reads = new Semaphore(READS);

    public PosterResource(StreamDirectory directory, EpochSource epochs, PartSource parts) {
        this.directory = directory;
        this.parts = parts;
        views = new LiveViews(epochs);
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/posters/{stream}", this::answer));
    }

    private Answer answer(Request request) {
        Optional<StreamEntry> entry = directory.newest(request.named());
        if (entry.isEmpty()) {
            return Answer.error(404, "stream_not_found", "there is no such stream");
        }
        if (!reads.tryAcquire()) {
            return Answer.error(503, "busy", "other posters are being read, try again");
        }
        try {
            return poster(entry.get()).map(bytes -> Answer.of(new AdminFile("video/mp4", bytes)))
                    .orElseGet(() -> Answer.error(404, "no_poster",
                            "no keyframe of " + request.named() + " is retained in CMAF, or the log does not answer"));
        } finally {
            reads.release();
        }
    }

    private Optional<byte[]> poster(StreamEntry entry) {
        Optional<EpochView> view = views.await(entry, each -> newest(each).isPresent() || each.ended());
        return view.flatMap(PosterResource::newest).flatMap(segment -> read(entry, segment));
    }

    /** Returns the newest segment whose first part begins with an init section and a keyframe. */
    private static Optional<Segment> newest(EpochView view) {
        return view.of(VIDEO).segments().descendingMap().values().stream()
                .filter(segment -> segment.complete() && !segment.parts().isEmpty())
                .filter(segment -> isPoster(segment.parts().getFirst())).findFirst();
    }

    private static boolean isPoster(PartPlace first) {
        return first.initBytes() > 0 && first.keyframeBytes() > 0;
    }

    private Optional<byte[]> read(StreamEntry entry, Segment segment) {
        CompletionStage<PartSource.Answer> read = parts.read(Requester.EDGE, entry.stream(), VIDEO,
                new PartId(entry.epoch(), segment.number(), 0), segment.start(), segment.parts().subList(0, 1));
        // The buffer is copied and released where the read ends, so that none is left if the request is late.
        return LiveViews.get(read.thenApply(answer -> switch (answer) {
            case PartSource.Answer.Bytes bytes -> Optional.of(copied(bytes.bytes()));
            case PartSource.Answer.Expired _ -> Optional.<byte[]>empty();
        })).flatMap(found -> found);
    }

    private static byte[] copied(List<ByteBuf> buffers) {
        try {
            return ByteBufUtil.getBytes(buffers.getFirst());
        } finally {
            buffers.forEach(ByteBuf::release);
        }
    }
}
