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
    private final Map<String, String> hashes = new ConcurrentHashMap<>();
    private final Queue<String> differing = new ConcurrentLinkedQueue<>();
    private final AtomicLong fetches = new AtomicLong();

    void fetched(String path, byte[] bytes, String where) {
        fetches.incrementAndGet();
        String hash = hash(bytes);
        String first = hashes.putIfAbsent(path, hash);
        if (first != null && !first.equals(hash)) {
            differing.add(path + " from " + where + " differs from what was fetched before");
        }
    }

    /** Returns a line for each fetch whose bytes differ from those of the first fetch of its URL. */
    List<String> differing() {
        return List.copyOf(differing);
    }

    long fetches() {
        return fetches.get();
    }

    int segments() {
        return hashes.size();
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
