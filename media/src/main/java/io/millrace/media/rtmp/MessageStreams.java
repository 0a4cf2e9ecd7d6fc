package io.millrace.media.rtmp;

import io.millrace.media.bytes.OverLimitException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The streams that createStream gave out, by their numbers: the lowest that is free, from 1 up, since GStreamer rejects 0.
 * So the only stream of a player is {@link PlayChunks#STREAM_ID}. Confined to one thread.
 */
final class MessageStreams {
    /** How many streams are used for what: asked at every message, and so counted at every change. */
    static final class Uses {
        private final int[] counts = new int[NetStream.Use.values().length];

        void changed(NetStream.Use before, NetStream.Use now) {
            if (before != NetStream.Use.NOTHING) {
                counts[before.ordinal()]--;
            }
            if (now != NetStream.Use.NOTHING) {
                counts[now.ordinal()]++;
            }
        }

        private boolean has(NetStream.Use use) {
            return counts[use.ordinal()] > 0;
        }
    }

    private final TreeMap<Integer, NetStream> open = new TreeMap<>();
    private final Uses uses = new Uses();
    private final int most;
    private final PartialMemory memory;

    /** @param memory of media that waits for the answer to its publish */
    MessageStreams(int most, PartialMemory memory) {
        this.most = most;
        this.memory = memory;
    }

    int create() {
        if (open.size() == most) {
            throw new OverLimitException("createStream", "streams", most + 1L, most);
        }
        int id = 1;
        while (open.containsKey(id)) {
            id++;
        }
        open.put(id, new NetStream(id, uses, memory));
        return id;
    }

    /** Null if it is not open. */
    NetStream get(int id) {
        return open.get(id);
    }

    Collection<NetStream> all() {
        return List.copyOf(open.values());
    }

    /** Those on which something is done or asked for. */
    List<NetStream> inUse() {
        return used().toList();
    }

    boolean isAnyInUse() {
        return used().findAny().isPresent();
    }

    /** The only one that is published, if there is one and no more. */
    Optional<NetStream> onlyPublished() {
        List<NetStream> published = used()
                .filter(each -> each.use() == NetStream.Use.PUBLISHING || each.use() == NetStream.Use.PUBLISH_ASKED)
                .toList();
        return published.size() == 1 ? Optional.of(published.getFirst()) : Optional.empty();
    }

    /** Whether one of them is used so. */
    boolean has(NetStream.Use use) {
        return uses.has(use);
    }

    /** Its use has ended before. */
    void delete(int id) {
        open.remove(id);
    }

    private Stream<NetStream> used() {
        return open.values().stream().filter(each -> each.use() != NetStream.Use.NOTHING);
    }
}
