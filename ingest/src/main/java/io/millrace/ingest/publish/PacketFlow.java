package io.millrace.ingest.publish;

import io.millrace.ingest.IngestMeters;
import io.millrace.ingest.session.LogWriter;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.rtmp.PublishSink;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * The packets of one publisher on their way into the log, numbered within the session that it has. Between two sessions
 * they are held.
 *
 * <p>Guarded by the publication's lock, but for the acknowledgements, which come on the producer's thread.
 */
final class PacketFlow {
    /** What the session learns of its packets. Called without the lock, or on the thread that holds it. */
    interface Outcome {
        /** The session's first packet is in the log. */
        void begun(long session);

        /** A packet of the session is not, and never will be. */
        void lost(long session, Exception failure);
    }

    private static final long NO_SESSION = -1;

    private final LogWriter log;
    private final int partition;
    private final String stream;
    private final Valve valve;
    private final PublishContext context;
    private final Outcome outcome;
    private final PacketTranslator translator;
    private final Preamble preamble = new Preamble();
    /** Bounded: while it fills the socket is not read, so that it gets what was read before. */
    private final Deque<Packet> held = new ArrayDeque<>();
    private long session = NO_SESSION;
    private long seq;
    private boolean preambleDue;

    PacketFlow(SessionRecords records, Valve valve, PublishContext context, Outcome outcome) {
        this.log = records.log();
        this.partition = records.partition();
        this.stream = records.stream();
        this.valve = valve;
        this.context = context;
        this.outcome = outcome;
        this.translator = new PacketTranslator(context.media());
    }

    /** Packets written for the current session. */
    long count() {
        return seq;
    }

    /** From here on packets belong to {@code number}; those that were held are its first. */
    void begin(long number) {
        session = number;
        seq = 0;
        while (!held.isEmpty()) {
            write(held.removeFirst());
        }
    }

    /** The session is over and the encoder is not: packets wait, and the next session opens with what was said once. */
    void hold() {
        session = NO_SESSION;
        preambleDue = true;
    }

    /** Nothing more is written. */
    void stop() {
        held.clear();
        valve.end();
    }

    /**
     * One message of the encoder.
     *
     * @throws io.millrace.media.bytes.MediaException the body breaks its standard, or we do not know its codec; it is
     *     dropped, and the flow goes on
     */
    void message(PublishSink.Kind kind, int timestamp, ByteBuffer body) {
        switch (translator.translate(session, seq, context.nowUs(), kind, timestamp, body)) {
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
        send(packet.session() == session && packet.seq() == seq ? packet : numbered(packet));
    }

    /** A packet that was held, or that follows a preamble, got its number too early. */
    private Packet numbered(Packet p) {
        return new Packet(session, seq, p.arrivalUs(), p.timestampMs(), p.compositionTimeMs(), p.kind(), p.track(),
                p.keyframe(), p.recoveryPoint(), p.config(), p.body());
    }

    private void send(Packet packet) {
        byte[] value = LogCodec.encode(packet);
        seq = packet.seq() + 1;
        valve.sent(value.length);
        log.media(partition, stream, value, new Acknowledgement(packet, value.length));
    }

    /** One for each packet: gives its bytes back and tells how long it took. */
    private final class Acknowledgement implements Callback {
        private final long packetSession;
        private final long arrivalUs;
        private final Packet.Kind kind;
        private final int bodyBytes;
        private final int sizeBytes;
        private final boolean first;

        Acknowledgement(Packet packet, int sizeBytes) {
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
                outcome.lost(packetSession, failure);
                return;
            }
            context.meters().acknowledged(kind, bodyBytes, context.nowUs() - arrivalUs);
            if (first) {
                outcome.begun(packetSession);
            }
        }
    }
}
