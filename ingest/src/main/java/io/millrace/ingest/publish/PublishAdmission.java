package io.millrace.ingest.publish;

import io.millrace.ingest.meters.AdmissionReason;
import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.KnownSessions;
import io.millrace.platform.kafka.LogSpace;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.publish.PublishAnswer.Refused;
import io.millrace.platform.publish.PublishEnd;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.slf4j.event.Level;

/**
 * Decides whether this node can accept one more publisher, whoever it is, by the log's disk space, the clock,
 * unacknowledged bytes, alternating takeovers, claims without packets, and the limits of new names. Thread-safe.
 */
final class PublishAdmission {
    /** Limit of the claims of one name that have no packet yet. Readers of the log keep more than this in memory. */
    private static final int CLAIMS_LIMIT = 16;

    private final LogSpace space;
    private final KnownSessions known;
    private final NameGate names;
    private final ToIntFunction<String> publishedHere;
    private final Predicate<String> overloaded;
    private final PublishContext context;

    /**
     * @param publishedHere returns the number of publications of a stream on this node
     * @param overloaded returns whether another publisher of a stream would slow down the connected ones
     */
    PublishAdmission(LogSpace space, KnownSessions known, NameGate names, ToIntFunction<String> publishedHere,
            Predicate<String> overloaded, PublishContext context) {
        this.space = space;
        this.known = known;
        this.names = names;
        this.publishedHere = publishedHere;
        this.overloaded = overloaded;
        this.context = context;
    }

    /** Returns whether the log's disk is nearly full. */
    boolean isFull() {
        return space.isFull();
    }

    /** Returns the refusal that every publisher gets while the log's disk is nearly full; empty otherwise. */
    Optional<Refused> refusalOfAll() {
        if (!isFull()) {
            return Optional.empty();
        }
        context.meters().refused(AdmissionReason.DISK_FULL);
        return Optional.of(new Refused(PublishEnd.OVER_LIMIT, PublicationEnd.DISK_FULL));
    }

    /**
     * Returns the refusal for this publisher of this stream; empty if it may publish. Counts a new name.
     *
     * @param address {@code host:port} of the encoder
     * @param joins the result of {@link #isInUse}
     */
    Optional<Refused> refusal(String stream, String address, boolean joins) {
        IngestMeters meters = context.meters();
        long nowMs = context.clock().millis();
        OptionalLong wrongMs = context.clocks().skew().wrongMs();
        if (wrongMs.isPresent()) {
            meters.refused(AdmissionReason.WRONG_CLOCK);
            warn(stream, address, "the clock of this machine differs by " + wrongMs.getAsLong()
                    + " ms from the brokers' clock");
            return Optional.of(new Refused(PublishEnd.UNAVAILABLE, PublicationEnd.WRONG_CLOCK));
        }
        if (overloaded.test(stream)) {
            meters.refused(AdmissionReason.OVERLOADED);
            warn(stream, address, "Kafka acknowledges too slowly for another publisher");
            return Optional.of(new Refused(PublishEnd.UNAVAILABLE, PublicationEnd.OVERLOADED));
        }
        if (known.flaps(stream, context.monotonicMs())) {
            meters.flapped();
            warn(stream, address, "publishers take the stream over from each other repeatedly");
            return Optional.of(new Refused(PublishEnd.NAME_IN_USE,
                    "Another publisher has this stream; stop one of the two"));
        }
        if (known.claims(stream) >= CLAIMS_LIMIT || publishedHere.applyAsInt(stream) >= CLAIMS_LIMIT) {
            meters.refused(AdmissionReason.TOO_MANY_CLAIMS);
            warn(stream, address, "too many publishers of this stream have connected and sent nothing");
            return Optional.of(new Refused(PublishEnd.NAME_IN_USE,
                    "Too many publishers of this stream have connected and sent nothing"));
        }
        return joins
                ? Optional.empty()
                : names.refusal(stream, address, nowMs).map(why -> tooManyNames(stream, address, why));
    }

    /**
     * Returns why a session that joins {@code stream} may not begin an epoch with its tracks; empty if it may, or if it
     * continues the running epoch.
     *
     * @param address {@code host:port} of the encoder
     */
    Optional<String> refusal(String stream, String address, TrackSet tracks) {
        return names.refusal(stream, address, tracks, context.clock().millis())
                .map(why -> tooManyNames(stream, address, why).description());
    }

    private Refused tooManyNames(String stream, String address, String why) {
        context.meters().refused(AdmissionReason.TOO_MANY_NAMES);
        warn(stream, address, why);
        return new Refused(PublishEnd.OVER_LIMIT, why);
    }

    /**
     * Returns whether the stream is published on any node, within its grace period, or being claimed on this node. The
     * directory cannot tell, because it contains a name only after its first packet.
     */
    boolean isInUse(String stream) {
        return known.has(stream) || publishedHere.applyAsInt(stream) > 0;
    }

    private void warn(String stream, String address, String why) {
        new PublisherLog(context.log(), stream, address).write(Level.WARN, "{} is refused: {}", address, why);
    }
}
