package io.millrace.media.rtmp;

import io.millrace.media.bytes.OverLimitException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The message streams that createStream has opened, by ID. A new stream gets the lowest free ID, starting at 1 because
 * GStreamer rejects 0; a player's only stream therefore has {@link PlayChunks#STREAM_ID}. Confined to one thread.
 */
final class MessageStreams {
    private final TreeMap<Integer, NetStream> open = new TreeMap<>();
    private final int most;
    private final PartialMemory memory;

    /**
     * @param most maximum number of open streams
     * @param memory accounts for media that is held until its publish is accepted
     */
    MessageStreams(int most, PartialMemory memory) {
        this.most = most;
        this.memory = memory;
    }

    /**
     * Opens a stream and returns its ID.
     *
     * @throws OverLimitException if too many streams are open
     */
    int create() {
        if (open.size() == most) {
            throw new OverLimitException("createStream", "streams", most + 1L, most);
        }
        int id = 1;
        while (open.containsKey(id)) {
            id++;
        }
        open.put(id, new NetStream(id, memory));
        return id;
    }

    /** Returns the stream, or null if it is not open. */
    NetStream get(int id) {
        return open.get(id);
    }

    List<NetStream> all() {
        return List.copyOf(open.values());
    }

    /** Returns the streams that publish, play or have requested to. */
    List<NetStream> used() {
        return open.values().stream().filter(NetStream::isUsed).toList();
    }

    boolean isAnyUsed() {
        return open.values().stream().anyMatch(NetStream::isUsed);
    }

    boolean isAnyPublish() {
        return open.values().stream().anyMatch(NetStream::isPublish);
    }

    boolean has(NetStream.Use use) {
        return open.values().stream().anyMatch(stream -> stream.use() == use);
    }

    /** Returns the only stream that publishes or has requested to, or empty if there is none or more than one. */
    Optional<NetStream> onlyPublish() {
        List<NetStream> published = open.values().stream().filter(NetStream::isPublish).toList();
        return published.size() == 1 ? Optional.of(published.getFirst()) : Optional.empty();
    }

    /** Removes a stream whose use has already ended. */
    void delete(int id) {
        open.remove(id);
    }

    /** Returns the state of the connection, once the peer has connected; it follows from the uses of the streams. */
    ServerSession.State connectionState() {
        if (has(NetStream.Use.PUBLISHING)) {
            return ServerSession.State.PUBLISHING;
        }
        if (has(NetStream.Use.PLAYING)) {
            return ServerSession.State.PLAYING;
        }
        return isAnyUsed() ? ServerSession.State.ANSWERING : ServerSession.State.CONNECTED;
    }
}
