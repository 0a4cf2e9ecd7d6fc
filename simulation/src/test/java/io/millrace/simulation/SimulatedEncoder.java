package io.millrace.simulation;

import io.millrace.testkit.oracle.Fact;

/**
 * Publishes one stream over a sequence of connections: reconnects whenever it is disconnected, until it leaves.
 * Confined to one thread.
 */
final class SimulatedEncoder {
    private static final int FRAME_MS = 400;
    private static final int RETURN_LEAST_MS = 300;
    private static final int RETURN_MOST_MS = 4_000;

    private final World world;
    private final int number;
    private final String stream;
    private final boolean sends;
    private final boolean returns;
    private final Picture picture;
    private EncoderConnection connection;
    private boolean away;
    private boolean wasReplaced;
    private long silentUntilMs;
    private boolean wasSilent;

    /**
     * @param sends whether it ever sends a message, or only claims the name
     * @param returns whether it connects again when it loses its connection
     */
    SimulatedEncoder(World world, int number, String stream, boolean sends, boolean returns,
            Picture picture) {
        this.world = world;
        this.number = number;
        this.stream = stream;
        this.sends = sends;
        this.returns = returns;
        this.picture = picture;
    }

    String stream() {
        return stream;
    }

    void connect(NodeProcess node) {
        connection = world.connection(this, node);
        world.history().add(new Fact.Note(stream, "encoder " + number + " connects to node " + node.number()
                + ", connection " + connection.number() + (sends ? "" : ", and will send nothing")));
        connection.open();
    }

    /** Its publish was accepted. */
    void started(EncoderConnection on) {
        if (sends && on == connection) {
            if (picture == Picture.NEVER) {
                on.send(0, Wire.soundOnly());
            }
            on.send(0, Wire.config());
            send(on, 0, false);
        }
    }

    private void send(EncoderConnection on, int timestampMs, boolean isPictureConfigured) {
        if (on != connection || !on.isOpen()) {
            return;
        }
        boolean isSilent = world.events().nowMs() < silentUntilMs;
        if (wasSilent && !isSilent) {
            on.resumes();
        }
        wasSilent = isSilent;
        boolean sendsPicture = !isSilent && picture.isSentAt(timestampMs);
        if (sendsPicture && !isPictureConfigured) {
            on.send(timestampMs, Wire.pictureConfig());
        }
        if (!isSilent) {
            on.sendFrame(timestampMs);
        }
        if (sendsPicture) {
            on.sendPicture(timestampMs);
        }
        world.events().after(FRAME_MS, () -> send(on, timestampMs + FRAME_MS, isPictureConfigured || sendsPicture));
    }

    void beSilent(int forMs) {
        silentUntilMs = world.events().nowMs() + forMs;
    }

    /** The connection ended, but not because the encoder ended it. */
    void lost(EncoderConnection lost, boolean replaced) {
        if (lost != connection || away) {
            return;
        }
        connection = null;
        // An encoder that was replaced reconnects at most once: two that never gave up would continue forever.
        if (!returns || replaced && (wasReplaced || world.chance().oneIn(2))) {
            away = true;
            return;
        }
        wasReplaced |= replaced;
        returnSoon();
    }

    private void returnSoon() {
        world.events().after(world.chance().between(RETURN_LEAST_MS, RETURN_MOST_MS), () -> {
            if (!away && connection == null) {
                world.anyNode().ifPresentOrElse(this::connect, this::returnSoon);
            }
        });
    }

    /** @param politely by ending the stream; otherwise the connection breaks */
    void leave(boolean politely) {
        away = true;
        if (connection != null && connection.isOpen()) {
            world.history().add(new Fact.Note(stream, "encoder " + number + (politely ? " leaves" : " dies")));
            if (politely) {
                connection.leave();
            } else {
                connection.breakOff();
            }
        }
        connection = null;
    }

    /** Returns the connection on which it sends, or null. */
    EncoderConnection sending() {
        boolean isSending = sends && connection != null && connection.isOpen()
                && world.events().nowMs() >= silentUntilMs;
        return isSending ? connection : null;
    }

    /** The process at the other end has died. */
    void nodeDied(NodeProcess node) {
        if (connection != null && connection.node() == node) {
            EncoderConnection broken = connection;
            world.events().after(world.chance().between(1, 1_000), () -> lost(broken, false));
        }
    }
}
