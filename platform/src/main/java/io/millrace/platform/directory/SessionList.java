package io.millrace.platform.directory;

import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamEntry.Session;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The newest sessions of an epoch, encoded in some 20 to 60 bytes each. The newest one is available without decoding;
 * any other access decodes the whole list. Immutable.
 *
 * <p>The encoding contains all sessions but the newest, from the newest to the oldest. Each session consists of
 * variable-length integers: number and start, relative to the session after it; wall-clock duration plus 1, or 0 while
 * live; media duration; media size; number of codecs plus 1, or 0 if they are those of the session after it. Each codec
 * follows with its length.
 */
final class SessionList extends AbstractList<Session> {
    /** The newest sessions, up to this number, are always kept. */
    static final int ALWAYS = 16;

    private static final byte[] NONE = {};

    private final byte[] older;
    private final Session newest;
    private final int size;
    private final int omitted;
    private final int extraBytes;

    private SessionList(byte[] older, Session newest, int size, int omitted, int extraBytes) {
        this.older = older;
        this.newest = newest;
        this.size = size;
        this.omitted = omitted;
        this.extraBytes = extraBytes;
    }

    /**
     * Encodes the newest of {@code sessions}.
     *
     * @param sessions oldest first
     * @param mostExtraBytes memory limit of the sessions beyond the first {@link #ALWAYS}
     */
    static SessionList of(List<Session> sessions, long mostExtraBytes) {
        if (sessions.isEmpty()) {
            return new SessionList(NONE, null, 0, 0, 0);
        }
        var out = new ByteArrayOutputStream();
        int alwaysBytes = 0;
        int sizeBytes = 0;
        int size = 1;
        Session after = sessions.getLast();
        for (Session session : sessions.reversed().subList(1, sessions.size())) {
            write(session, after, out);
            if (size < ALWAYS) {
                alwaysBytes = out.size();
            } else if (out.size() - alwaysBytes > mostExtraBytes) {
                break;
            }
            sizeBytes = out.size();
            size++;
            after = session;
        }
        return new SessionList(sizeBytes == 0 ? NONE : Arrays.copyOf(out.toByteArray(), sizeBytes), sessions.getLast(),
                size, sessions.size() - size, sizeBytes - alwaysBytes);
    }

    private static void write(Session session, Session after, ByteArrayOutputStream out) {
        write(after.session() - session.session(), out);
        write(after.startedAtMs() - session.startedAtMs(), out);
        write(session.endedAtMs() == 0 ? 0 : session.endedAtMs() - session.startedAtMs() + 1, out);
        write(session.durationMs(), out);
        write(session.sizeBytes(), out);
        if (session.codecs().equals(after.codecs())) {
            write(0, out);
            return;
        }
        write(session.codecs().size() + 1L, out);
        for (String codec : session.codecs()) {
            byte[] text = codec.getBytes(StandardCharsets.UTF_8);
            write(text.length, out);
            out.writeBytes(text);
        }
    }

    /** Returns how many sessions the directory entry of an epoch lists, including those that the directory omits. */
    static int count(StreamEntry epoch) {
        return epoch.sessions() instanceof SessionList list ? list.size + list.omitted : epoch.sessions().size();
    }

    /** Returns the memory of the sessions beyond the newest {@link #ALWAYS}. */
    int extraBytes() {
        return extraBytes;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Session get(int i) {
        if (i == size - 1) {
            return newest;
        }
        return decode().get(i);
    }

    @Override
    public Iterator<Session> iterator() {
        return decode().iterator();
    }

    private List<Session> decode() {
        List<Session> all = new ArrayList<>(size);
        var in = new Reader(older);
        for (Session session = newest; session != null; session = all.size() < size ? in.before(session) : null) {
            all.add(session);
        }
        return all.reversed();
    }

    /** Writes seven bits per byte, the lowest first; the sign is the lowest bit. */
    private static void write(long value, ByteArrayOutputStream out) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        Session before(Session after) {
            long number = after.session() - next();
            long startMs = after.startedAtMs() - next();
            long wallMs = next();
            return new Session(number, startMs, wallMs == 0 ? 0 : startMs + wallMs - 1, next(), next(),
                    codecs(after.codecs()));
        }

        private List<String> codecs(List<String> after) {
            int count = (int) next() - 1;
            if (count < 0) {
                return after;
            }
            List<String> codecs = new ArrayList<>(count);
            while (codecs.size() < count) {
                int length = (int) next();
                codecs.add(new String(bytes, at, length, StandardCharsets.UTF_8));
                at += length;
            }
            return List.copyOf(codecs);
        }

        private long next() {
            long value = 0;
            int shift = 0;
            byte some;
            do {
                some = bytes[at++];
                value |= (some & 0x7fL) << shift;
                shift += 7;
            } while (some < 0);
            return (value >>> 1) ^ -(value & 1);
        }
    }
}
