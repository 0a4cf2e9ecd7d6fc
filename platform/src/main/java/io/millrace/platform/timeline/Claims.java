package io.millrace.platform.timeline;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.SessionStarted;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The claims to a stream whose first packet has not arrived yet, and the binary form of a claim. Confined to the thread
 * of its fold.
 */
final class Claims {
    /**
     * Upper bound on memory. Ingest refuses a publisher before that: one node has at most 16 claims to a name that wait for
     * their first packet, and a claim whose node has died is withdrawn after the grace period. The oldest claim is dropped first.
     */
    private static final int LIMIT = 255;
    /** Before version 3 of the rules. Ingest did not know this limit, so a claim with packets could be dropped. */
    private static final int FORMER_LIMIT = 16;
    private static final int STRING_LIMIT = 1024;
    private static final int FORMATS_LIMIT = 16;

    private final TreeMap<Long, SessionStarted> bySession = new TreeMap<>();

    void add(long session, SessionStarted started) {
        bySession.put(session, started);
        int limit = started.rules().remembersManyClaims() ? LIMIT : FORMER_LIMIT;
        if (bySession.size() > limit) {
            bySession.pollFirstEntry();
        }
    }

    boolean remove(long session) {
        return bySession.remove(session) != null;
    }

    SessionStarted of(long session) {
        return bySession.get(session);
    }

    /** {@code session} took over: drops its claim and those of all lesser sessions, which can never take over again. */
    void tookOver(long session) {
        bySession.headMap(session, true).clear();
    }

    boolean isEmpty() {
        return bySession.isEmpty();
    }

    /** Whether any claim has what {@link SessionFold#GENERATIONS_VERSION} added. */
    boolean haveNonces() {
        return bySession.values().stream().anyMatch(Claims::hasNonce);
    }

    static boolean hasNonce(SessionStarted started) {
        return started.generation() > 0 || started.rules().nonce() != EpochRules.NO_NONCE;
    }

    void write(ByteWriter out, int version) {
        out.uint8(bySession.size());
        bySession.forEach((session, started) -> {
            out.int64(session);
            write(started, out, version);
        });
    }

    /** @param version of the state, see {@link SessionFold} */
    static Claims read(ByteReader in, int version) {
        Claims claims = new Claims();
        for (int left = in.uint8("claims"); left > 0; left--) {
            long session = in.int64("session");
            claims.bySession.put(session, started(in, version));
        }
        return claims;
    }

    static void write(SessionStarted started, ByteWriter out, int version) {
        out.uint8(started.role().ordinal());
        string(started.encoder().node(), out);
        string(started.encoder().client(), out);
        string(started.encoder().address(), out);
        out.int64(started.startedAtMs());
        if (version >= SessionFold.GENERATIONS_VERSION) {
            out.uint16(started.generation());
        }
        write(started.rules(), out, version);
    }

    static SessionStarted started(ByteReader in, int version) {
        SessionStarted.Role role = in.uint8("role") == 0 ? SessionStarted.Role.PRIMARY : SessionStarted.Role.BACKUP;
        var encoder = new Encoder(string("node", in), string("client", in), string("address", in));
        long startedAtMs = in.int64("startedAtMs");
        int generation = version < SessionFold.GENERATIONS_VERSION ? 0 : in.uint16("generation");
        return new SessionStarted(role, encoder, startedAtMs, rules(in, version), generation);
    }

    static void write(EpochRules rules, ByteWriter out, int version) {
        out.uint32(rules.rulesVersion()).uint32(rules.segmentTargetMs()).uint32(rules.partTargetMs())
                .uint32(rules.windowMs()).uint32(rules.graceMs());
        if (version >= SessionFold.GENERATIONS_VERSION) {
            out.int64(rules.nonce());
        }
        out.uint8(rules.formats().size());
        rules.formats().forEach(f -> string(f.name(), out));
    }

    static EpochRules rules(ByteReader in, int version) {
        int rulesVersion = in.int32("rulesVersion");
        int segmentTargetMs = in.int32("segmentTargetMs");
        int partTargetMs = in.int32("partTargetMs");
        int windowMs = in.int32("windowMs");
        int graceMs = in.int32("graceMs");
        long nonce = version < SessionFold.GENERATIONS_VERSION ? EpochRules.NO_NONCE : in.int64("nonce");
        int count = in.uint8("formats");
        if (count > FORMATS_LIMIT) {
            throw MalformedException.value("EpochRules", "formats", count, "up to " + FORMATS_LIMIT);
        }
        List<Format> formats = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            formats.add(format(string("format", in)));
        }
        return new EpochRules(rulesVersion, segmentTargetMs, partTargetMs, windowMs, graceMs, List.copyOf(formats), nonce);
    }

    private static Format format(String name) {
        for (Format format : Format.values()) {
            if (format.name().equals(name)) {
                return format;
            }
        }
        throw MalformedException.value("EpochRules", "format", name, "a known format");
    }

    private static void string(String value, ByteWriter out) {
        byte[] bytes = value.substring(0, Math.min(value.length(), STRING_LIMIT)).getBytes(StandardCharsets.UTF_8);
        out.uint16(bytes.length).bytes(bytes);
    }

    private static String string(String field, ByteReader in) {
        return new String(in.bytes(in.uint16(field), field), StandardCharsets.UTF_8);
    }
}
