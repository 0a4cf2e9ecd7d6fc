package io.millrace.simulation;

import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;
import io.millrace.platform.publish.Publisher;
import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.EventQueue;
import io.millrace.testkit.oracle.Fact;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/**
 * One connection of an encoder to a node, with both ends: the encoder and the node's socket. What the encoder sends
 * arrives in order. Confined to one thread.
 */
final class EncoderConnection implements Publisher {
    private static final int HOP_MS = 15;
    private static final int FIRST_PORT = 1024;

    private final EventQueue events;
    private final Chance chance;
    private final History history;
    private final SimulatedEncoder encoder;
    private final int number;
    private final NodeProcess node;
    private final Deque<Runnable> unread = new ArrayDeque<>();
    private PublishSink sink;
    private boolean reading = true;
    private boolean closedByNode;
    private boolean closedByEncoder;
    private long lastArrivalMs;
    private int sent;
    private long acknowledged = Fact.UNNUMBERED;

    EncoderConnection(World world, SimulatedEncoder encoder, int number, NodeProcess node) {
        this.events = world.events();
        this.chance = world.chance();
        this.history = world.history();
        this.encoder = encoder;
        this.number = number;
        this.node = node;
    }

    /** The address of this connection in the log. */
    String address() {
        return "10.0." + (number >> 8) + "." + (number & 0xFF) + ":" + (FIRST_PORT + number);
    }

    static int numberOf(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1)) - FIRST_PORT;
    }

    int number() {
        return number;
    }

    NodeProcess node() {
        return node;
    }

    void open() {
        toNode(() -> node.publish(encoder.stream(), this));
    }

    /** The node has answered the publish. */
    void answered(PublishAnswer answer) {
        switch (answer) {
            case PublishAnswer.Accepted(PublishSink accepted) -> {
                sink = accepted;
                if (closedByNode) {
                    sink.ended(PublishSink.End.CLOSED_BY_SERVER, "closed");
                }
                read();
                toEncoder(() -> encoder.started(this));
            }
            case PublishAnswer.Refused _ -> toEncoder(() -> encoder.lost(this, false));
        }
    }

    /** The encoder was silent for a while, and sends again. */
    void resumes() {
        history.add(new Fact.Resumed(encoder.stream(), Fact.packet(number, sent)));
    }

    void sendFrame(int timestampMs) {
        send(timestampMs, Wire.frame(nextPacket()));
    }

    void sendPicture(int timestampMs) {
        send(timestampMs, Wire.picture(nextPacket()));
    }

    private long nextPacket() {
        long packet = Fact.packet(number, sent++);
        history.add(new Fact.Sent(encoder.stream(), number, packet));
        return packet;
    }

    /** Sends a message of {@link Wire}. */
    void send(int timestampMs, ByteBuffer body) {
        arrive(() -> sink.message(Wire.kindOf(body), timestampMs, body));
    }

    /** The encoder ends the stream. */
    void leave() {
        closedByEncoder = true;
        arrive(() -> sink.ended(PublishSink.End.UNPUBLISHED, "left"));
    }

    /** The connection breaks, which the node notices at once or only after a while. */
    void breakOff() {
        closedByEncoder = true;
        int delayMs = chance.oneIn(3) ? chance.between(1_000, 10_000) : 1;
        events.after(delayMs, () -> arrive(() -> sink.ended(PublishSink.End.DISCONNECTED, "broken")));
    }

    boolean isOpen() {
        return !closedByEncoder && !closedByNode && !node.isDead();
    }

    /** The node has learned that {@code packet} is in the log. */
    void acknowledged(long packet) {
        acknowledged = packet;
    }

    /** Returns the newest acknowledged packet, {@link Fact#UNNUMBERED} without one. */
    long acknowledged() {
        return acknowledged;
    }

    @Override
    public Executor loop() {
        return task -> events.after(0, () -> node.run(task));
    }

    @Override
    public void pauseReading() {
        reading = false;
    }

    @Override
    public void resumeReading() {
        reading = true;
        events.after(0, () -> node.run(this::read));
    }

    private void read() {
        while (reading && sink != null && !unread.isEmpty()) {
            unread.poll().run();
        }
    }

    @Override
    public boolean knowsReconnect() {
        return false;
    }

    @Override
    public void requestReconnect(String description) {
        throw new AssertionError("this encoder does not know it");
    }

    @Override
    public void close(PublishEnd why, String description) {
        if (closedByNode) {
            return;
        }
        closedByNode = true;
        boolean replaced = why == PublishEnd.TAKEN_OVER || why == PublishEnd.FORGOTTEN;
        if (replaced) {
            history.add(new Fact.Replaced(encoder.stream(), number, description));
        } else {
            history.add(new Fact.Note(encoder.stream(), "connection " + number + " is closed: " + description));
        }
        if (sink != null) {
            events.after(0, () -> node.run(() -> sink.ended(PublishSink.End.CLOSED_BY_SERVER, description)));
        }
        toEncoder(() -> encoder.lost(this, replaced));
    }

    private void arrive(Runnable item) {
        toNode(() -> {
            unread.add(item);
            read();
        });
    }

    private void toNode(Runnable what) {
        lastArrivalMs = Math.max(lastArrivalMs, events.nowMs() + chance.between(1, HOP_MS));
        events.after(lastArrivalMs - events.nowMs(), () -> node.run(what));
    }

    private void toEncoder(Runnable what) {
        events.after(chance.between(1, HOP_MS), what);
    }
}
