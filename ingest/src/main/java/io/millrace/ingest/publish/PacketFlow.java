package io.millrace.ingest.publish;

import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.publish.PublishSink;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes the packets of one publisher to the log, numbered within its current session. Between two sessions packets are
 * held.
 *
 * <p>Confined to the event loop of the publisher's connection, except for the acknowledgements, which arrive on the
 * producer's thread. They only release bytes and update meters, which is thread-safe; the first packet and the first
 * failure of a session are sent to the owner as commands.
 */
final class PacketFlow {
    private static final long NO_SESSION = PublicationState.NO_SESSION;

    private final SessionLog log;
    private final int partition;
    private final String stream;
    private final Valve valve;
    private final PublishContext context;
    private final CommandQueue<PublicationCommand> commands;
    private final PacketTranslator translator;
    private final Preamble preamble = new Preamble();
    /** Bounded: the socket is not read meanwhile, so only messages that were read before are added. */
    private final Deque<Packet> held = new ArrayDeque<>();
    private long session = NO_SESSION;
    private Acknowledged acknowledged = new Acknowledged(NO_SESSION);
    private long seq;
    private boolean preambleDue;
    /** The session whose loss was reported last: a failed batch fails hundreds of packets. */
    private volatile long lostSession = NO_SESSION;

    PacketFlow(SessionRecords records, Valve valve, PublishContext context,
            CommandQueue<PublicationCommand> commands) {
        this.log = records.log();
        this.partition = records.source().partition();
        this.stream = records.source().stream();
        this.valve = valve;
        this.context = context;
        this.commands = commands;
        this.translator = new PacketTranslator(context.media());
    }

    /** Returns the number of packets written for the current session. */
    long count() {
        return seq;
    }

    /** Begins session {@code number}: writes the held packets to it first, and all later packets. */
    void begin(long number) {
        session = number;
        seq = 0;
        acknowledged = new Acknowledged(SessionStarted.offset(number));
        while (!held.isEmpty()) {
            write(held.removeFirst());
        }
    }

    /**
     * Holds packets because the session is over while the encoder is still connected. The next session begins with the
     * {@link Preamble}.
     */
    void hold() {
        session = NO_SESSION;
        preambleDue = true;
    }

    /** Drops the held packets. No more packets are written. */
    void stop() {
        held.clear();
        valve.end();
    }

    /**
     * Writes or holds one message of the encoder.
     *
     * @throws io.millrace.media.bytes.MediaException if the body violates its standard, exceeds a limit, or has an
     *        unknown codec; the message is dropped, and the flow continues
     */
    void message(PublishSink.Kind kind, long timestampMs, ByteBuffer body) {
        switch (translator.translate(session, seq, context.nowUs(), kind, timestampMs, body)) {
            case PacketTranslator.Result.Translated(Packet packet) -> {
                if (session == NO_SESSION) {
                    held.addLast(packet);
                } else {
                    write(packet);
                }
            }
            case PacketTranslator.Result.Dropped(IngestMeters.Drop reason) -> context.meters().dropped(reason);
        }
    }

    private void write(Packet packet) {
        if (preambleDue) {
            preambleDue = false;
            preamble.packets(session, packet.arrivalUs(), packet.timestampMs()).forEach(this::send);
        }
        preamble.remember(packet);
        // A packet that was held or follows a preamble was numbered too early.
        send(packet.session() == session && packet.seq() == seq ? packet : packet.numbered(session, seq));
    }

    private void send(Packet packet) {
        byte[] value = LogCodec.encode(packet);
        seq = packet.seq() + 1;
        valve.sent(value.length);
        log.media(partition, stream, value, new Acknowledgement(packet, value.length, acknowledged));
    }

    /** Reports the loss of a packet. Two threads may report the same session, which is harmless. */
    private void lost(long of, Exception failure) {
        if (lostSession != of) {
            lostSession = of;
            commands.offer(new PublicationCommand.PacketLost(of, failure.getMessage()));
        }
    }

    /** Offsets of one session, in the order in which Kafka acknowledges them. Confined to the producer's thread. */
    private static final class Acknowledged {
        private long newestOffset;

        Acknowledged(long claimOffset) {
            newestOffset = claimOffset;
        }

        /** Returns whether the log has lost an acknowledged record: the offsets of a partition only increase. */
        boolean showsLoss(RecordMetadata metadata) {
            if (!metadata.hasOffset()) {
                return false;
            }
            boolean lost = metadata.offset() <= newestOffset;
            newestOffset = metadata.offset();
            return lost;
        }
    }

    /** Callback of one packet: releases its bytes and records its latency. */
    private final class Acknowledgement implements Callback {
        private final Acknowledged session;
        private final long packetSession;
        private final long arrivalUs;
        private final Packet.Kind kind;
        private final int bodyBytes;
        private final int sizeBytes;
        private final boolean first;

        Acknowledgement(Packet packet, int sizeBytes, Acknowledged session) {
            this.session = session;
            this.packetSession = packet.session();
            this.arrivalUs = packet.arrivalUs();
            this.kind = packet.kind();
            this.bodyBytes = packet.body().remaining();
            this.sizeBytes = sizeBytes;
            this.first = packet.seq() == 0;
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception failure) {
            valve.settled(sizeBytes);
            if (failure != null) {
                lost(packetSession, failure);
                return;
            }
            if (session.showsLoss(metadata)) {
                commands.offer(new PublicationCommand.RecordsLost(packetSession));
            }
            context.meters().acknowledged(kind, bodyBytes, context.nowUs() - arrivalUs);
            if (first) {
                commands.offer(new PublicationCommand.FirstPacketWritten(packetSession));
            }
        }
    }
}
