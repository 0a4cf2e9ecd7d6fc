package io.millrace.edge.http;

import io.millrace.edge.exchange.Json;
import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.past.PastSource;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.Segment;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;

/**
 * {@code /api/v1/newest/NAME} on the admin port: how far this edge lists a live stream and how far that is behind the
 * clock, its bitrate, and from when on it is retained. Thread-safe.
 */
public final class NewestResource implements AdminResource {
    private final StreamDirectory directory;
    private final LiveViews views;
    private final PastSource past;
    private final InstantSource clock;

    public NewestResource(StreamDirectory directory, EpochSource epochs, PastSource past, InstantSource clock) {
        this.directory = directory;
        this.past = past;
        this.clock = clock;
        views = new LiveViews(epochs);
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/newest/{stream}", this::answer));
    }

    private Answer answer(Request request) {
        return directory.newest(request.named())
                .map(entry -> new Answer(200, new String(Json.write(newest(entry)), StandardCharsets.UTF_8)))
                .orElseGet(() -> Answer.error(404, "stream_not_found", "there is no such stream"));
    }

    private ApiJson.Newest newest(StreamEntry entry) {
        OptionalLong from = LiveViews.get(past.availableFromMs(entry.stream())).orElse(OptionalLong.empty());
        String retainedFrom = from.isPresent() ? Json.time(from.getAsLong()) : null;
        List<RenditionId> renditions = Lineup.best(List.of(entry)).renditions();
        if (entry.state() == StreamEntry.State.ENDED || renditions.isEmpty()) {
            return new ApiJson.Newest(null, null, null, retainedFrom);
        }
        return views.await(entry, EpochView::isListed).map(view -> {
            OptionalLong toMs = listedToMs(view, renditions.getFirst());
            long bitrate = renditions.stream()
                    .mapToLong(each -> view.of(each).newestComplete().map(Segment::bitrate).orElse(0L)).sum();
            return new ApiJson.Newest(toMs.isPresent() ? Json.time(toMs.getAsLong()) : null,
                    toMs.isPresent() ? clock.millis() - toMs.getAsLong() : null, bitrate == 0 ? null : bitrate,
                    retainedFrom);
        }).orElseGet(() -> new ApiJson.Newest(null, null, null, retainedFrom));
    }

    /** Returns the wall-clock time up to which a playlist lists media, ms since 1970; empty before the first segment. */
    static OptionalLong listedToMs(EpochView view, RenditionId rendition) {
        OptionalLong segment = view.of(rendition).newestListed().map(each -> OptionalLong.of(each.endMs()))
                .orElse(OptionalLong.empty());
        return view.hasParts(rendition)
                ? view.parts().part(rendition, view.parts().front()).map(part -> OptionalLong.of(part.endMs()))
                        .orElse(segment)
                : segment;
    }
}
