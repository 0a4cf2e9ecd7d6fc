package io.millrace.platform.kick;

import io.millrace.media.StreamName;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.log.Kick;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@code DELETE /api/v1/publishers/live/show} on the admin port: disconnects the publisher of a stream, whichever node it
 * is connected to. Every node gives the same answer, whether or not there is a publisher. Thread-safe.
 */
final class PublishersResource implements AdminResource {
    private final Consumer<Kick> write;
    private final InstantSource clock;

    /** @param write see {@link Kicks#write} */
    PublishersResource(Consumer<Kick> write, InstantSource clock) {
        this.write = write;
        this.clock = clock;
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.delete("/api/v1/publishers/{stream}", this::disconnect));
    }

    private Answer disconnect(Request request) {
        try {
            String stream = new StreamName(request.named()).value();
            write.accept(KickOrder.parse(request.query()).publisher(stream, clock.millis()));
            return new Answer(204, null);
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_parameter", e.getMessage());
        } catch (UserError e) {
            return Answer.error(503, "unavailable", e.getMessage());
        }
    }
}
