package io.millrace.ingest.publish;

import io.millrace.ingest.IngestMeters;
import io.millrace.ingest.IngestSettings;
import io.millrace.ingest.policy.Decision;
import io.millrace.ingest.policy.PublishGate;
import io.millrace.ingest.session.KnownNames;
import io.millrace.ingest.session.KnownSessions;
import io.millrace.ingest.session.LogWriter;
import io.millrace.ingest.session.SessionListener;
import io.millrace.media.StreamName;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.LogRoom;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.rtmp.PublishAnswer;
import io.millrace.platform.rtmp.PublishApplication;
import io.millrace.platform.rtmp.PublishRequest;
import io.millrace.platform.rtmp.Publisher;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What ingest does with encoders: answers them, keeps their publications, passes on to them what is new in
 * {@code sessions}.
 *
 * <p>Thread-safe.
 */
public final class PublishDesk implements PublishApplication, SessionListener {
    private static final Logger LOG = LoggerFactory.getLogger(PublishDesk.class);

    private final IngestSettings settings;
    private final KafkaClients kafka;
    private final LogWriter log;
    private final PublishGate gate;
    private final LogRoom room;
    private final KnownSessions known;
    private final NameGate names;
    private final PublishContext context;
    private final ByteBudget nodeBudget;
    private final List<ByteBudget> partitionBudgets;
    private final Publications publications = new Publications();
    private volatile boolean closed;

    public PublishDesk(IngestSettings settings, KafkaClients kafka, LogWriter log, PublishGate gate, LogRoom room,
            KnownNames names, IngestMeters meters, InstantSource clock) {
        this.settings = settings;
        this.kafka = kafka;
        this.log = log;
        this.gate = gate;
        this.room = room;
        this.known = new KnownSessions(settings.limits().flapWindowMs());
        this.names = new NameGate(settings.names(), names, clock.millis());
        this.context = new PublishContext(settings.media(), settings.ceilingBitsPerSecond(), clock, meters,
                new PeerLog(LOG));
        int partitions = kafka.settings().partitions();
        this.nodeBudget = new ByteBudget(settings.limits().nodeBytes());
        this.partitionBudgets = IntStream.range(0, partitions)
                .mapToObj(_ -> new ByteBudget(settings.limits().partitionBytes(partitions))).toList();
        meters.showInFlight(nodeBudget::bytes);
        meters.showNames(names::size);
    }

    @Override
    public CompletionStage<PublishAnswer> publish(PublishRequest request, Publisher publisher) {
        if (closed) {
            return refused(StatusCodes.FAILED, "The server shuts down, connect again");
        }
        if (room.isFull()) {
            context.meters().refused(Decision.Reason.DISK_FULL);
            return refused(StatusCodes.REJECTED, Publication.DISK_FULL);
        }
        return gate.decide(request).thenCompose(decision -> switch (decision) {
            case Decision.Allowed(StreamName stream) -> admitted(stream, request, publisher);
            case Decision.Refused(_, String description) -> refused(StatusCodes.DENIED, description);
        });
    }

    private CompletionStage<PublishAnswer> admitted(StreamName name, PublishRequest request, Publisher publisher) {
        String stream = name.value();
        if (closed) { // while a hook was asked
            return refused(StatusCodes.FAILED, "The server shuts down, connect again");
        }
        if (known.flaps(stream, context.clock().millis())) {
            context.meters().flapped();
            context.log(Level.WARN, request.address(),
                    "{}: {} is refused: publishers take the stream over from each other again and again", stream,
                    request.address());
            return refused(StatusCodes.BAD_NAME, "Another publisher has this stream; stop one of the two");
        }
        Optional<String> refusal = isInUse(stream)
                ? Optional.empty()
                : names.refusal(stream, request.address(), context.clock().millis());
        if (refusal.isPresent()) {
            context.meters().refused(Decision.Reason.TOO_MANY_NAMES);
            context.log(Level.WARN, request.address(), "{}: {} is refused: {}", stream, request.address(),
                    refusal.get());
            return refused(StatusCodes.REJECTED, refusal.get());
        }
        Publication publication = publication(stream, request, publisher);
        publications.add(stream, publication);
        return publication.claim();
    }

    /** The directory has a name a moment after its first packet. */
    private boolean isInUse(String stream) {
        return known.has(stream) || publications.has(stream);
    }

    @Override
    public void heard(SessionNotice notice) {
        known.heard(notice);
        publications.heard(notice);
    }

    @Override
    public void forgotten(String stream, long session) {
        known.forgotten(stream, session);
        publications.forgotten(stream, session);
    }

    /** Notes every session again, or ends all of them if the log has no room; to be called every {@code heartbeatMs}. */
    public void heartbeat() {
        if (room.isFull()) {
            publications.diskFull();
        }
        publications.heartbeat();
    }

    /**
     * Refuses who comes, and asks who knows it to connect again elsewhere. Returns at once; completed when all of those have
     * left. The others stay until {@link #close}.
     *
     * @param noticeMs until they are asked: a balancer in front has to see first that this node takes nobody
     */
    public CompletableFuture<Void> drain(long noticeMs) {
        closed = true;
        if (!publications.hasLeaving()) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture
                .runAsync(() -> {}, CompletableFuture.delayedExecutor(noticeMs, TimeUnit.MILLISECONDS))
                .thenCompose(_ -> publications.askToLeave());
    }

    /** Refuses who comes, ends who is here, and waits until that is in the log, or for {@code timeoutMs}. */
    public void close(long timeoutMs) {
        closed = true;
        if (!publications.shutDown(timeoutMs)) {
            LOG.warn("not every session's end is in the log after {} ms; other nodes will notice", timeoutMs);
        }
    }

    private Publication publication(String stream, PublishRequest request, Publisher publisher) {
        int partition = kafka.partitionOf(stream);
        var records = new SessionRecords(log, context.clock(), stream, partition, settings.nodeId(), request.client(),
                request.address(), context.clock().millis(), known.graceMs(stream).orElse(settings.rules().graceMs()),
                settings.rules());
        var connectionBudget = new ByteBudget(settings.limits().connectionBytes());
        var valve = new Valve(publisher, List.of(connectionBudget, partitionBudgets.get(partition), nodeBudget),
                context.meters()::paused);
        return new Publication(records, publisher, valve, context);
    }

    private static CompletionStage<PublishAnswer> refused(String code, String description) {
        return CompletableFuture.completedFuture(new PublishAnswer.Refused(code, description));
    }
}
