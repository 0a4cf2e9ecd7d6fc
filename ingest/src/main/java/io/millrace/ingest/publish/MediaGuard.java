package io.millrace.ingest.publish;

import io.millrace.ingest.meters.IngestMeters.Drop;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.event.Level;

/**
 * Enforces one publisher's bitrate limit and its limit of malformed messages. Counts the dropped messages.
 *
 * <p>Confined to one thread.
 */
final class MediaGuard {
    private final PublishContext context;
    private final PublisherLog log;
    private final MalformedAllowance malformed;
    /** Null if the bitrate is not limited. */
    private final BitrateCeiling ceiling;
    /** The reasons that were logged. Each is logged once per publish, because the meter does not name the publisher. */
    private final Set<Drop> logged = EnumSet.noneOf(Drop.class);

    MediaGuard(PublishContext context, PublisherLog log) {
        this.context = context;
        this.log = log;
        this.malformed = new MalformedAllowance(context.media().malformedPerMinute());
        this.ceiling = context.ceilingBitsPerSecond() == 0
                ? null
                : new BitrateCeiling(context.ceilingBitsPerSecond());
    }

    /** Counts a received message. Returns why the publish must end, or null if it continues. */
    PublicationEnd received(long session, int sizeBytes) {
        if (ceiling == null) {
            return null;
        }
        long limitKbits = context.ceilingBitsPerSecond() / 1_000;
        return switch (ceiling.spend(sizeBytes, context.clock().millis())) {
            case WITHIN -> null;
            case WARN -> {
                context.meters().nearCeiling();
                log.write(Level.WARN, "session {} exceeds the limit of {} kbit/s and will be disconnected if this"
                        + " continues", session, limitKbits);
                yield null;
            }
            case OVER -> PublicationEnd.bitrate(limitKbits);
        };
    }

    /**
     * Counts a message that was dropped because of {@code fault}. Returns why the publish must end, or null if it
     * continues.
     */
    PublicationEnd dropped(long session, MediaException fault) {
        return switch (fault) {
            case UnsupportedException _ -> {
                count(session, Drop.UNSUPPORTED_CODEC, fault);
                yield null;
            }
            case OverLimitException _ -> broken(session, Drop.OVER_LIMIT, fault);
            case MalformedException _ -> broken(session, Drop.MALFORMED, fault);
        };
    }

    private PublicationEnd broken(long session, Drop reason, MediaException fault) {
        count(session, reason, fault);
        return malformed.exceeded(context.clock().millis()) ? PublicationEnd.malformed(fault.getMessage()) : null;
    }

    private void count(long session, Drop reason, MediaException fault) {
        context.meters().dropped(reason);
        if (logged.add(reason)) {
            log.write(Level.WARN, "session {} sends messages that are dropped as {}: {}", session, reason.label(),
                    fault.getMessage());
        }
    }
}
