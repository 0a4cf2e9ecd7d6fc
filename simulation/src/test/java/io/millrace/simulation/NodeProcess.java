package io.millrace.simulation;

import io.millrace.ingest.publish.PublishDesk;
import io.millrace.ingest.publish.PublishLog;
import io.millrace.ingest.publish.PublishSettings;
import io.millrace.ingest.session.ClockSkew;
import io.millrace.ingest.session.Clocks;
import io.millrace.ingest.session.KnownNames;
import io.millrace.ingest.session.NodeLeases;
import io.millrace.ingest.session.OwnerSteps;
import io.millrace.ingest.session.SessionLog;
import io.millrace.ingest.session.SessionsRecord;
import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.kafka.LogSpace;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.simulation.kafka.ModelGroup;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelPartition;
import io.millrace.simulation.kafka.ModelProducer;
import io.millrace.simulation.kafka.ModelReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One run of an ingest node: production's desk and its owner of partitions, wired as in {@code IngestService}. Confined
 * to one thread.
 */
final class NodeProcess extends StageProcess implements ModelGroup.Member {
    private static final int MOST_PROCESSES = 1_000_000_000;
    private static final int FORMER_RULES = 2;
    private static final int RULES_WITHOUT_ENDS = 3;
    private static final int RULES_OF_ANY_TRACKS = 4;
    private static final PublishAnswer NOT_YET = new PublishAnswer.Refused(PublishEnd.UNAVAILABLE, "the node starts");

    private final World world;
    private final ModelKafka kafka;
    private final ModelGroup group;
    private final int number;
    private final PublishDesk desk;
    private final ModelProducer producer;
    private final PartitionOwner owner;
    private final KnownNames names = new KnownNames();
    private final NodeLeases leases;
    private final long process;
    private final Set<Defect> defects;
    private final Map<ModelReader, Long> behind = new HashMap<>();
    private boolean accepting;

    NodeProcess(World world, ModelKafka kafka, ModelGroup group, int number, NodeClock clock,
            NodeLog.Witness witness, List<Format> formats, Set<Defect> defects) {
        super(world.history(), Stage.INGEST.name(number));
        this.world = world;
        this.kafka = kafka;
        this.group = group;
        this.number = number;
        this.defects = defects;
        this.process = world.chance().between(1, MOST_PROCESSES);
        this.leases = new NodeLeases(process, NodeSettings.LIMITS.leaseBeats());
        PublishSettings settings = NodeSettings.of(number, process, rulesVersion(defects),
                rulesVersion(defects) == EpochRules.CURRENT_VERSION ? formats : List.of(Format.TS));
        this.producer = kafka.producer(this, NodeSettings.TIMES);
        var written = new NodeLog(kafka, producer, witness, world::isNextReleaseFinal);
        SessionLog log = defects.contains(Defect.PACKETS_BEFORE_THE_NOTICE)
                ? new EagerAnnouncements(written)
                : written;
        this.desk = new PublishDesk(settings, new PublishLog(NodeSettings.KAFKA, log, LogSpace.UNKNOWN),
                AccessPolicy.ALLOW_ALL, names,
                new Clocks(clock, world.events()::nowMs, new ClockSkew()), NodeSettings.METERS, new Random(number));
        var steps = new OwnerSteps(written, names, clock, NodeSettings.METERS);
        this.owner = new PartitionOwner(world, kafka, this, steps, leases, clock,
                defects.contains(Defect.OVER_TAKES_LESSER_SESSIONS) ? new LesserSessions(written) : null, defects);
    }

    private static int rulesVersion(Set<Defect> defects) {
        if (defects.contains(Defect.RULES_OF_VERSION_2)) {
            return FORMER_RULES;
        }
        if (defects.contains(Defect.EPOCHS_END_BY_CLOCK)) {
            return RULES_WITHOUT_ENDS;
        }
        return defects.contains(Defect.EPOCHS_TAKE_ANY_TRACKS) ? RULES_OF_ANY_TRACKS : EpochRules.CURRENT_VERSION;
    }

    int number() {
        return number;
    }

    @Override
    void slowUntil(long atMs) {
        producer.slowUntil(atMs);
    }

    /** Reads all of {@code sessions} and {@code streams}, and then accepts publishers. */
    @Override
    void start() {
        new ModelReader(kafka, kafka.partition(NodeSettings.NODES, NodeHeartbeat.PARTITION), this,
                stored -> heard(((NodeHeartbeat) stored.decoded()).process())).seekToEnd();
        for (int p = 0; p < NodeSettings.PARTITIONS; p++) {
            read(kafka.partition(NodeSettings.SESSIONS, p), this::hear);
            read(kafka.partition(NodeSettings.STREAMS, p), this::learn);
        }
    }

    private void read(ModelPartition partition, Consumer<ModelPartition.Stored> each) {
        ModelReader reader = new ModelReader(kafka, partition, this, stored -> {
            each.accept(stored);
            world.events().after(0, () -> run(this::acceptWhenRead));
        });
        kafka.askEnd(partition, this, end -> {
            behind.put(reader, end);
            acceptWhenRead();
        });
    }

    private void learn(ModelPartition.Stored stored) {
        switch (stored.decoded()) {
            case StreamEntry entry -> names.onEntry(entry, stored.offset());
            case StreamExpiry expiry -> names.onExpiry(expiry);
            case null -> {
                StreamKey key = StreamKey.parse(stored.key());
                if (key.isOfStream()) {
                    names.onExpiryGone(key.stream());
                } else {
                    names.onTombstone(key.stream(), key.number());
                }
            }
            default -> throw new IllegalStateException("streams contains " + stored.decoded());
        }
    }

    private void heard(long of) {
        if (of != process || !defects.contains(Defect.SILENCE_BY_CLOCK)) {
            leases.onHeartbeat(of);
        }
    }

    private void hear(ModelPartition.Stored stored) {
        if (defects.contains(Defect.POISON_KEY_STOPS_READERS) && stored.decoded() == null) {
            StreamKey.parse(stored.key());
        }
        switch (SessionsRecord.of(stored.key(), stored.decoded())) {
            case SessionsRecord.Notice(SessionNotice notice) -> desk.onNotice(notice, !accepting);
            case SessionsRecord.Tombstone(String stream, long session) -> desk.onTombstone(stream, session);
            case SessionsRecord.Unreadable _ -> {
                // Skipped.
            }
        }
    }

    private void acceptWhenRead() {
        boolean read = behind.size() == 2 * NodeSettings.PARTITIONS
                && behind.entrySet().stream().allMatch(e -> e.getKey().position() >= e.getValue());
        if (read && !accepting) {
            accepting = true;
            group.join(this);
            owner.tick();
            heartbeat();
        }
    }

    private void heartbeat() {
        desk.heartbeat();
        if (defects.contains(Defect.SILENCE_BY_CLOCK)) {
            leases.onHeartbeat(process);
        }
        world.events().after(NodeSettings.LIMITS.heartbeatMs(), () -> run(this::heartbeat));
    }

    void publish(String stream, EncoderConnection connection) {
        if (!accepting) {
            connection.answered(NOT_YET);
            return;
        }
        var source = new AccessRequest.Source(AccessRequest.Protocol.RTMP, connection.address(), "simulated", "");
        desk.publish(new AccessRequest(AccessRequest.Action.PUBLISH, new StreamName(stream), "", source), connection)
                .thenAccept(connection::answered);
    }

    @Override
    public void assigned(int partition) {
        owner.assigned(partition);
    }

    @Override
    public void revoked(int partition, Runnable released) {
        owner.revoked(partition);
        released.run();
    }

    @Override
    public void lost(int partition) {
        owner.revoked(partition);
    }
}
