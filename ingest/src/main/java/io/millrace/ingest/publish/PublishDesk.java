package io.millrace.ingest.publish;

import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.Clocks;
import io.millrace.ingest.session.KnownNames;
import io.millrace.ingest.session.KnownSessions;
import io.millrace.ingest.session.SessionListener;
import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Kick;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishApplication;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.Publisher;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts or refuses encoders that ask to publish, keeps their publications, and forwards new records of
 * {@code sessions} to those publications.
 *
 * <p>Thread-safe.
 */
public final class PublishDesk implements PublishApplication, SessionListener {
    private static final Logger LOG = LoggerFactory.getLogger(PublishDesk.class);
    private static final PublishAnswer.Refused SHUTTING_DOWN = new PublishAnswer.Refused(PublishEnd.UNAVAILABLE,
            "The server is shutting down, connect again");

    private final PublishSettings settings;
    private final KafkaClients kafka;
    private final SessionLog log;
    private final AccessPolicy access;
    private final KnownSessions known;
    private final KnownNames names;
    private final PublishAdmission admission;
    private final NameGate gate;
    private volatile PublishContext context;
    private final LogBudgets budgets;
    private final Publications publications = new Publications();
    private final OrphanedSessions orphans;
    private final AtomicBoolean heartbeatPending = new AtomicBoolean();
    private volatile boolean closed;

    /** @param random source of the epochs' nonces; thread-safe */
    public PublishDesk(PublishSettings settings, PublishLog log, AccessPolicy access, KnownNames names, Clocks clocks,
            IngestMeters meters, RandomGenerator random) {
        this.settings = settings;
        this.kafka = log.kafka();
        this.log = log.records();
        this.access = access;
        this.names = names;
        this.known = new KnownSessions(settings.flapWindowMs());
        this.orphans = new OrphanedSessions(settings.process(), log.records(), kafka::partitionOf, clocks.wall());
        this.context = new PublishContext(settings.media(), settings.ceilingBitsPerSecond(), orphans, clocks,
                meters, new PeerLog(LOG), random);
        this.budgets = new LogBudgets(settings.unacknowledged(), kafka.settings().partitions());
        this.gate = new NameGate(settings.names(), names, clocks.wall().millis());
        this.admission = new PublishAdmission(log.space(), known,
                gate, publications::count,
                stream -> budgets.isOverloaded(kafka.partitionOf(stream)), context);
        meters.gaugeInFlight(budgets::bytes);
        meters.gaugeNames(names::entries);
    }

    /**
     * Changes the limits, for publishers that come from now on.
     *
     * @param ceilingBitsPerSecond bitrate limit of one publisher, 0 for no limit
     */
    public void limit(MediaLimits media, NameLimits ofNames, long ceilingBitsPerSecond) {
        context = context.limited(media, ceilingBitsPerSecond);
        gate.limit(ofNames, context.clock().millis());
    }

    @Override
    public CompletionStage<PublishAnswer> publish(AccessRequest request, Publisher publisher) {
        if (closed) {
            return answered(SHUTTING_DOWN);
        }
        Optional<PublishAnswer.Refused> refusal = admission.refusalOfAll();
        return refusal.isPresent()
                ? answered(refusal.get())
                : access.decide(request).thenCompose(answer -> switch (answer) {
                    case AccessDecision.Allowed allowed -> allowed(allowed, request, publisher);
                    case AccessDecision.Refused(_, String description) ->
                        answered(new PublishAnswer.Refused(PublishEnd.DENIED, description));
                });
    }

    private CompletionStage<PublishAnswer> allowed(AccessDecision.Allowed decision, AccessRequest request,
            Publisher publisher) {
        String stream = decision.stream().value();
        if (closed) { // closed while the hook decided
            return answered(SHUTTING_DOWN);
        }
        boolean joins = admission.isInUse(stream);
        Optional<PublishAnswer.Refused> refusal = admission.refusal(stream, request.source().address(), joins);
        if (refusal.isPresent()) {
            return answered(refusal.get());
        }
        Publication publication = publication(stream, request, publisher, joins);
        publications.add(stream, decision.session() == null ? null : decision.session().subject(),
                publication.proxy());
        return publication.claim();
    }

    @Override
    public void onNotice(SessionNotice notice, boolean history) {
        known.onNotice(notice, history, context.monotonicMs());
        publications.onNotice(notice, history);
        if (!publications.has(notice.stream(), notice.session())) {
            orphans.onNotice(notice);
        }
    }

    @Override
    public void onTombstone(String stream, long session) {
        known.onTombstone(stream, session);
        publications.onTombstone(stream, session);
    }

    /** Ends the publications of this node whose publishers an operator has kicked at any node. */
    public void apply(Kick kick) {
        if (kick.key().target() == Kick.Target.SUBJECT) {
            publications.kickedSubject(kick.key().detail());
        } else if (kick.key().target() == Kick.Target.PUBLISHER) {
            publications.kicked(kick.key().stream());
        }
    }

    /**
     * Writes the heartbeat of this process, which keeps all its sessions alive, unless the previous one is still being
     * written. Ends all sessions if the log has no disk space, and writes records again that the log did not accept.
     * Must be called at intervals of {@code heartbeatMs}, never earlier.
     */
    public void heartbeat() {
        if (heartbeatPending.compareAndSet(false, true)) {
            log.heartbeat(new NodeHeartbeat(settings.nodeId(), settings.process(), context.clock().millis()),
                    (_, _) -> heartbeatPending.set(false));
        }
        if (admission.isFull()) {
            publications.diskFull();
        }
        publications.repeat();
        orphans.end();
    }

    /**
     * Refuses new publishers and asks the connected ones that support it to reconnect to another node. Returns
     * immediately; the result completes when the publishers that were asked have left. The others stay until
     * {@link #close}.
     *
     * @param noticeMs delay before publishers are asked: a load balancer must first see that this node accepts no
     *        publishers
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

    /**
     * Refuses new publishers, ends the connected ones, and blocks until their ends are in the log, for at most
     * {@code timeoutMs}.
     */
    public void close(long timeoutMs) {
        closed = true;
        if (!publications.shutDown(timeoutMs)) {
            LOG.warn("not every session's end is in the log after {} ms; other nodes will end these sessions when"
                    + " their leases expire", timeoutMs);
        }
    }

    private Publication publication(String stream, AccessRequest request, Publisher publisher, boolean joins) {
        int partition = kafka.partitionOf(stream);
        var source = new SessionRecords.Source(stream, partition,
                new Encoder(settings.nodeId(), request.source().client(), request.source().address()),
                settings.process());
        EpochRules rules = settings.rules().get().of(stream);
        var start = new SessionRecords.Start(context.clock().millis(),
                known.graceMs(stream).orElse(rules.graceMs()), rules.withNonce(context.random()),
                Math.max(known.greatest(stream), names.greatest(stream)));
        var records = new SessionRecords(log, context.clock(), source, start);
        var valve = new Valve(publisher, budgets.of(partition), context.meters()::paused);
        var tracks = new TrackGate(joins, its -> admission.refusal(stream, request.source().address(), its));
        return new Publication(records, publisher, valve, tracks, context);
    }

    private static CompletionStage<PublishAnswer> answered(PublishAnswer.Refused refusal) {
        return CompletableFuture.completedFuture(refusal);
    }
}
