package io.millrace.media.rtmp;

import io.millrace.media.bytes.OverLimitException;
import java.util.ArrayDeque;
import java.util.Queue;

/** One message stream of {@code createStream}, and what is done on it. Confined to one thread. */
final class NetStream {
    /** What is done on it. */
    enum Use {
        NOTHING,
        /** The shell has not answered yet. */
        PUBLISH_ASKED, PUBLISHING, PLAY_ASKED, PLAYING
    }

    private final int id;
    private static final int MESSAGE_OBJECTS_BYTES = 128;

    private final MessageStreams.Uses uses;
    private final PartialMemory memory;
    /** Media of an encoder that does not wait for the answer to publish. */
    private final Queue<ServerEvent.Media> early = new ArrayDeque<>();
    private long earlyBytes;
    private Use use = Use.NOTHING;
    private String name = "";
    /** Of a player: whether it is told that what it played before is over, and what it wants to get. */
    private boolean reset;
    private boolean audio;
    private boolean video;

    /**
     * @param uses what its connection's streams are used for, which it keeps up to date for itself
     * @param memory where early media counts
     */
    NetStream(int id, MessageStreams.Uses uses, PartialMemory memory) {
        this.id = id;
        this.uses = uses;
        this.memory = memory;
    }

    int id() {
        return id;
    }

    Use use() {
        return use;
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

    void askPublish(String stream) {
        become(Use.PUBLISH_ASKED);
        name = stream;
    }

    void askPlay(String stream, boolean resets) {
        become(Use.PLAY_ASKED);
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

    /** The shell said yes. */
    void accept(Use asked, Use then) {
        if (use != asked) {
            throw new IllegalStateException("stream " + id + " in " + use + " does not become " + then);
        }
        become(then);
    }

    private void become(Use next) {
        uses.changed(use, next);
        use = next;
    }

    void end() {
        become(Use.NOTHING);
        forgetEarly();
    }

    /** Keeps media until the publish is answered. */
    void keep(ServerEvent.Media media, RtmpLimits limits) {
        earlyBytes += media.body().remaining();
        int most = limits.messagesBeforePublish();
        if (early.size() == most) {
            throw new OverLimitException("session", "messagesBeforePublish", most + 1L, most);
        }
        if (earlyBytes > limits.beforePublishBytes()) {
            throw new OverLimitException("session", "bytesBeforePublish", earlyBytes, limits.beforePublishBytes());
        }
        memory.take(held(media));
        early.add(media);
    }

    private static int held(ServerEvent.Media media) {
        return MESSAGE_OBJECTS_BYTES + media.body().capacity();
    }

    /** What was kept, given away. */
    void takeEarly(Queue<ServerEvent> to) {
        to.addAll(early);
        forgetEarly();
    }

    private void forgetEarly() {
        early.forEach(media -> memory.giveBack(held(media)));
        early.clear();
        earlyBytes = 0;
    }
}
