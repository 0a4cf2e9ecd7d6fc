package io.millrace.platform.timeline;

import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.SessionStarted;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;

/**
 * The claims to a stream whose first packet has not arrived yet, and the written form of a claim. Confined to the
 * thread of its fold.
 */
final class Claims {
    /**
     * Upper bound on memory. Ingest refuses a publisher before that: one node has at most 16 claims to a name that wait
     * for their first packet, and a claim whose node has died is withdrawn after the grace period. The oldest claim is
     * dropped first.
     */
    private static final int LIMIT = 255;
    /** Before version 3 of the rules. Ingest did not know this limit, so a claim with packets could be dropped. */
    private static final int FORMER_LIMIT = 16;

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

    /**
     * Drops the claim of {@code session}, which has taken over, and those of all lesser sessions, which can no longer
     * take over.
     */
    void tookOver(long session) {
        bySession.headMap(session, true).clear();
    }

    boolean isEmpty() {
        return bySession.isEmpty();
    }

    void write(Generic fold) {
        fold.list("claims", List.copyOf(bySession.entrySet()),
                (claim, g) -> g.put("session", claim.getKey()).put("started",
                        ByteBuffer.wrap(LogCodec.encode(claim.getValue()))));
    }

    static Claims read(Generic fold) {
        Claims claims = new Claims();
        fold.list("claims", g -> claims.bySession.put(g.int64("session"), started(g.bytes("started"))));
        return claims;
    }

    static SessionStarted started(ByteBuffer record) {
        if (LogCodec.decode(record) instanceof SessionStarted started) {
            return started;
        }
        throw new IllegalArgumentException("the claim of a session is another record");
    }

    static Generic write(EpochRules rules, Generic g) {
        return g.put("rulesVersion", rules.rulesVersion()).put("segmentTargetMs", rules.segmentTargetMs())
                .put("partTargetMs", rules.partTargetMs()).put("windowMs", rules.windowMs())
                .put("graceMs", rules.graceMs()).put("formats", rules.formats().stream().map(Format::name).toList())
                .put("nonce", rules.nonce());
    }

    static EpochRules rules(Generic g) {
        return new EpochRules(g.int32("rulesVersion"), g.int32("segmentTargetMs"), g.int32("partTargetMs"),
                g.int32("windowMs"), g.int32("graceMs"), g.symbols("formats", Format.class),
                g.int64("nonce"));
    }
}
