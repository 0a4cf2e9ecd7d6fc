package io.millrace.media.rtmp;

import io.millrace.media.bytes.OverLimitException;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;

/** One message stream of {@code createStream} and its current use. Confined to one thread. */
final class NetStream {
    /** The peer's use of the stream. */
    enum Use {
        NONE,
        /** The caller has not answered the request yet. */
        PUBLISH_REQUESTED, PUBLISHING,
        /** The caller has not answered the request yet. */
        PLAY_REQUESTED, PLAYING;

        private Set<Use> next() {
            return switch (this) {
                case NONE -> EnumSet.of(PUBLISH_REQUESTED, PLAY_REQUESTED, NONE);
                case PUBLISH_REQUESTED -> EnumSet.of(PUBLISHING, NONE);
                case PLAY_REQUESTED -> EnumSet.of(PLAYING, NONE);
                case PUBLISHING, PLAYING -> EnumSet.of(NONE);
            };
        }
    }

    /** Estimated memory of the objects that hold one early message. */
    private static final int MESSAGE_OBJECTS_BYTES = 128;

    private final int id;
    private final PartialMemory memory;
    /** Media from an encoder that does not wait for the reply to its publish request, and the bytes of their bodies. */
    private final Queue<ServerEvent.Media> early = new ArrayDeque<>();
    private long earlyBytes;
    private Use use = Use.NONE;
    private String name = "";
    /** For a player: whether to send NetStream.Play.Reset, and which kinds of media it wants to receive. */
    private boolean reset;
    private boolean audio;
    private boolean video;

    /** @param memory accounts for early media */
    NetStream(int id, PartialMemory memory) {
        this.id = id;
        this.memory = memory;
    }

    int id() {
        return id;
    }

    Use use() {
        return use;
    }

    boolean isUsed() {
        return use != Use.NONE;
    }

    /** Returns whether the peer publishes on the stream or has requested to. */
    boolean isPublish() {
        return use == Use.PUBLISH_REQUESTED || use == Use.PUBLISHING;
    }

    String name() {
        return name;
    }

    boolean resets() {
        return reset;
    }

    boolean wantsAudio() {
        return audio;
    }

    boolean wantsVideo() {
        return video;
    }

    void requestPublish(String stream) {
        become(Use.PUBLISH_REQUESTED);
        name = stream;
    }

    void requestPlay(String stream, boolean resets) {
        become(Use.PLAY_REQUESTED);
        name = stream;
        reset = resets;
        audio = true;
        video = true;
    }

    void wantAudio(boolean wanted) {
        audio = wanted;
    }

    void wantVideo(boolean wanted) {
        video = wanted;
    }

    void acceptPublish() {
        become(Use.PUBLISHING);
    }

    void acceptPlay() {
        become(Use.PLAYING);
    }

    void end() {
        become(Use.NONE);
        dropEarly();
    }

    private void become(Use next) {
        if (!use.next().contains(next)) {
            throw new IllegalStateException("stream " + id + " cannot go from " + use + " to " + next);
        }
        use = next;
    }

    /**
     * Holds media until the publish is answered; returns false if the peer already publishes another stream and there
     * is no memory for this one.
     *
     * @throws OverLimitException if the peer has sent too much before the answer, or has no reserve and there is no
     *     memory
     */
    boolean hold(ServerEvent.Media media, RtmpLimits limits) {
        earlyBytes += media.body().remaining();
        int most = limits.beforeMedia().messages();
        if (early.size() == most) {
            throw new OverLimitException("session", "messagesBeforePublish", most + 1L, most);
        }
        if (earlyBytes > limits.beforeMedia().publishBytes()) {
            throw new OverLimitException("session", "bytesBeforePublish", earlyBytes,
                    limits.beforeMedia().publishBytes());
        }
        if (memory.hasReserve() && !memory.tryTake(heldBytes(media))) {
            return false;
        }
        if (!memory.hasReserve()) {
            memory.take(heldBytes(media));
        }
        early.add(media);
        return true;
    }

    private static int heldBytes(ServerEvent.Media media) {
        return MESSAGE_OBJECTS_BYTES + media.body().capacity();
    }

    /** Moves the held media to {@code to}. */
    void takeEarly(Queue<ServerEvent> to) {
        to.addAll(early);
        dropEarly();
    }

    private void dropEarly() {
        early.forEach(media -> memory.giveBack(heldBytes(media)));
        early.clear();
        earlyBytes = 0;
    }
}
