package io.millrace.launcher.cluster;

import io.millrace.media.mpegts.TsReader;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Records the bytes of every fetch of a segment's URL; they must always be the same. Thread-safe. */
final class SegmentLedger {
    private final Map<String, Fetched> firsts = new ConcurrentHashMap<>();
    /** The first fetch of each URL, and those that differ from it. */
    private final Queue<Fetched> distinct = new ConcurrentLinkedQueue<>();
    private final Queue<String> differing = new ConcurrentLinkedQueue<>();
    private final AtomicLong fetches = new AtomicLong();

    /**
     * What was fetched from a URL.
     *
     * @param hash of the bytes
     * @param names of the frames in the segment
     */
    record Fetched(String path, String hash, List<String> names) {}

    void fetched(String path, byte[] bytes, String where) {
        fetches.incrementAndGet();
        String hash = hash(bytes);
        Fetched first = firsts.get(path);
        if (first == null || !first.hash().equals(hash)) {
            Fetched fetched = new Fetched(path, hash, names(ByteBuffer.wrap(bytes)));
            first = firsts.putIfAbsent(path, fetched);
            if (first == null || !first.hash().equals(hash)) {
                distinct.add(fetched);
            }
        }
        if (first != null && !first.hash().equals(hash)) {
            differing.add(path + " from " + where + " differs from what was fetched before");
        }
    }

    /** Returns the distinct contents of all URLs of a stream. */
    List<Fetched> distinct(String stream) {
        return distinct.stream().filter(fetched -> fetched.path().startsWith("/" + stream + "/")).toList();
    }

    /** Returns a line for each fetch whose bytes differ from those of the first fetch of its URL. */
    List<String> differing() {
        return List.copyOf(differing);
    }

    long fetches() {
        return fetches.get();
    }

    int segments() {
        return firsts.size();
    }

    /** Returns the names of the frames in a segment, in the order of their PES packets. */
    static List<String> names(ByteBuffer segment) {
        return new TsReader().feed(segment).finish().pesPackets().stream().flatMap(p -> NumberedFrame.names(p.data()))
                .toList();
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
