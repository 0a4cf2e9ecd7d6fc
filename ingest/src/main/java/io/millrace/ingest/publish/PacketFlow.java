package io.millrace.ingest.publish;

import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.publish.PublishSink;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes the packets of one publisher to the log, numbered within its current session. Packets are held between two
 * sessions, and until the tracks of the session are known: the record of the tracks is written first, because they
 * decide which epoch the session belongs to.
 *
 * <p>Confined to the event loop of the publisher's connection, except for the acknowledgements, which arrive on the
 * producer's thread. Their callbacks only release bytes and update meters, which is thread-safe; the first packet and
 * the first failure of a session are sent to the owner as commands.
 */
final class PacketFlow {
    private static final long NO_SESSION = PublicationState.NO_SESSION;
    /**
     * Shortest time between two changes of a publisher's tracks, in µs: each change makes all viewers load the stream
     * again.
     */
    static final long CHANGE_INTERVAL_US = 10_000_000;
    private static final long NEVER = Long.MIN_VALUE / 2;

    private final SessionLog log;
    private final int partition;
    private final String stream;
    private final Valve valve;
    private final TrackGate gate;
    private final PublishContext context;
    private final CommandQueue<PublicationCommand> commands;
    private final PacketTranslator translator;
    private final Preamble preamble = new Preamble();
    private final TrackWatch watch = new TrackWatch();
    /** Without a session, the socket is not read, so only messages that were read before are added. */
    private final HeldPackets held = new HeldPackets();
    private long session = NO_SESSION;
    /** The tracks of the session, null while they are not decided. */
    private TrackSet tracks;
    /** When the tracks last changed, in µs by the node's wall clock. */
    private long changedUs = NEVER;
    private AcknowledgedOffsets acknowledged = new AcknowledgedOffsets(NO_SESSION);
    /** Number of the session's next packet. */
    private long seq;
    /** Whether a preamble must be written before the session's next packet. */
    private boolean preambleDue;
    /**
     * The session that was last reported to have lost a packet, so that a failed batch of hundreds of packets is
     * reported once.
     */
    private volatile long lostSession = NO_SESSION;

    PacketFlow(SessionRecords records, Valve valve, TrackGate gate, PublishContext context,
            CommandQueue<PublicationCommand> commands) {
        this.log = records.log();
        this.partition = records.source().partition();
        this.stream = records.source().stream();
        this.valve = valve;
        this.gate = gate;
        this.context = context;
        this.commands = commands;
        this.translator = new PacketTranslator(context.media());
    }

    /** Returns the number of packets written for the current session. */
    long count() {
        return seq;
    }

    /** Begins session {@code number}. The held packets are written to the session first. */
    void begin(long number) {
        session = number;
        seq = 0;
        acknowledged = new AcknowledgedOffsets(SessionStarted.offset(number));
        openIfKnown();
    }

    /**
     * Decides the tracks of the session by the messages that have arrived, if the wait for further tracks is over. Must
     * be called about once per second.
     */
    void tick() {
        openIfKnown();
    }

    /**
     * Decides the tracks of the session by the messages that have arrived, and writes the held packets, because no more
     * follow.
     */
    void flush() {
        if (isWaiting()) {
            open();
        }
    }

    private void openIfKnown() {
        if (isWaiting() && (watch.isComplete() || held.isLimitReached(context.nowUs()))) {
            open();
        }
    }

    private boolean isWaiting() {
        return session != NO_SESSION && tracks == null && !held.isEmpty() && !gate.hasRefused();
    }

    private void open() {
        Optional<String> refusal = gate.refusal(watch.tracks());
        if (refusal.isPresent()) {
            commands.offer(new PublicationCommand.End(PublicationEnd.tooManyNames(refusal.get())));
            return;
        }
        tracks = watch.tracks();
        if (tracks.isKnown()) {
            send(new SessionTracks(session, tracks));
        }
        takeHeld().forEach(this::writeIfOfSession);
    }

    private List<Packet> takeHeld() {
        valve.release(held.sizeBytes());
        return held.removeAll();
    }

    /**
     * Holds packets from now on, because another session of the same publisher follows, which begins with the
     * {@link Preamble}.
     */
    void hold() {
        session = NO_SESSION;
        tracks = null;
        preambleDue = true;
    }

    /** Drops the held packets. The caller must pass no more messages. */
    void stop() {
        takeHeld();
        valve.end();
    }

    /**
     * Writes or holds one message of the encoder. Returns true if the encoder's tracks have changed: the message is
     * then held, and the caller must claim another session.
     *
     * @throws io.millrace.media.bytes.MediaException if the body violates its standard, exceeds a limit, or has an
     *     unknown codec; the message is dropped, and the flow continues
     */
    boolean message(PublishSink.Kind kind, long timestampMs, ByteBuffer body) {
        return switch (translator.translate(session, seq, context.nowUs(), kind, timestampMs, body)) {
            case PacketTranslator.Result.Translated(Packet packet) -> {
                watch.received(packet, translator.tracks());
                yield accept(packet);
            }
            case PacketTranslator.Result.Dropped(IngestMeters.Drop reason) -> {
                context.meters().dropped(reason);
                yield false;
            }
        };
    }

    private boolean accept(Packet packet) {
        if (tracks == null) {
            valve.add(held.add(packet));
            openIfKnown();
            return false;
        }
        if (!watch.tracks().equals(tracks) && context.nowUs() - changedUs >= CHANGE_INTERVAL_US) {
            changedUs = context.nowUs();
            gate.changed();
            hold();
            valve.add(held.add(packet));
            return true;
        }
        writeIfOfSession(packet);
        return false;
    }

    private void writeIfOfSession(Packet packet) {
        if (watch.belongs(packet, tracks)) {
            write(packet);
        } else {
            preamble.remember(packet);
            context.meters().dropped(IngestMeters.Drop.OTHER_TRACK);
        }
    }

    private void write(Packet packet) {
        if (preambleDue) {
            preambleDue = false;
            preamble.packets(session, tracks, packet.arrivalUs(), packet.timestampMs()).forEach(this::send);
        }
        preamble.remember(packet);
        // A packet that was held or follows a preamble was numbered too early.
        send(packet.session() == session && packet.seq() == seq ? packet : packet.numbered(session, seq));
    }

    /** Returns the tracks that the encoder sends now. */
    TrackSet tracks() {
        return watch.tracks();
    }

    private void send(SessionTracks its) {
        byte[] value = LogCodec.encode(its);
        valve.add(value.length);
        AcknowledgedOffsets offsets = acknowledged;
        long number = offsets.nextNumber();
        log.media(partition, stream, value, (metadata, failure) -> {
            valve.release(value.length);
            if (failure != null) {
                lost(its.session(), failure);
            } else {
                check(offsets, number, its.session(), metadata);
            }
        });
    }

    private void send(Packet packet) {
        byte[] value = LogCodec.encode(packet);
        seq = packet.seq() + 1;
        valve.add(value.length);
        log.media(partition, stream, value, new Acknowledgement(packet, value.length, acknowledged));
    }

    private void check(AcknowledgedOffsets offsets, long number, long of, RecordMetadata metadata) {
        if (metadata.hasOffset() && offsets.showsLoss(number, metadata.offset())) {
            commands.offer(new PublicationCommand.RecordsLost(of));
        }
    }

    /** Reports the loss of a packet. Two threads may report the same session, which is harmless. */
    private void lost(long of, Exception failure) {
        if (lostSession != of) {
            lostSession = of;
            commands.offer(new PublicationCommand.PacketLost(of, failure.getMessage()));
        }
    }

    /** Callback of one packet: releases its bytes and records its latency. */
    private final class Acknowledgement implements Callback {
        private final AcknowledgedOffsets offsets;
        private final long number;
        private final long packetSession;
        private final long arrivalUs;
        private final Packet.Kind kind;
        private final int bodyBytes;
        private final int sizeBytes;
        private final boolean first;

        Acknowledgement(Packet packet, int sizeBytes, AcknowledgedOffsets offsets) {
            this.offsets = offsets;
            this.number = offsets.nextNumber();
            this.packetSession = packet.session();
            this.arrivalUs = packet.arrivalUs();
            this.kind = packet.kind();
            this.bodyBytes = packet.body().remaining();
            this.sizeBytes = sizeBytes;
            this.first = packet.seq() == 0;
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception failure) {
            valve.release(sizeBytes);
            if (failure != null) {
                lost(packetSession, failure);
                return;
            }
            check(offsets, number, packetSession, metadata);
            context.meters().acknowledged(kind, bodyBytes, context.nowUs() - arrivalUs);
            if (first) {
                commands.offer(new PublicationCommand.FirstPacketWritten(packetSession));
            }
        }
    }
}
