package io.millrace.ingest.session;

import io.millrace.ingest.session.LeaseTable.Step;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionNotice.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static io.millrace.platform.log.SessionNotice.State.CLAIMED;
import static io.millrace.platform.log.SessionNotice.State.ENDED;
import static io.millrace.platform.log.SessionNotice.State.LIVE;
import static io.millrace.platform.log.SessionNotice.State.OVER;
import static org.assertj.core.api.Assertions.assertThat;

class LeaseTableTest {
    private static final String STREAM = "live/show";
    private static final int LEASE_MS = 5_000;
    private static final int GRACE_MS = 30_000;

    private final LeaseTable table = new LeaseTable(LEASE_MS);
    private long nowMs = 1_000_000;

    @Test
    void endsSessionAfterLeaseWithoutHeartbeat() {
        receive(7, LIVE);
        after(LEASE_MS).isEmpty();
        after(1).containsExactly("Suspect 7");
    }

    @Test
    void heartbeatRenewsLease() {
        receive(7, LIVE);
        after(LEASE_MS - 1).isEmpty();
        receive(7, LIVE);
        after(LEASE_MS).isEmpty();
        after(1).containsExactly("Suspect 7");
    }

    @Test
    void endsClaimThatNeverBecomesLive() {
        receive(7, CLAIMED);
        after(LEASE_MS + 1).containsExactly("Suspect 7");
    }

    @Test
    void repeatsStepAfterAnotherLease() {
        receive(7, LIVE);
        after(LEASE_MS + 1).containsExactly("Suspect 7");
        after(LEASE_MS - 1).isEmpty();
        after(1).containsExactly("Suspect 7");
    }

    @Test
    void graceStartsAtEnd() {
        receive(7, LIVE);
        receive(7, ENDED);
        after(GRACE_MS - 1).isEmpty();
        after(1).containsExactly("EndGrace 7");
    }

    @Test
    void heartbeatUndoesSuspectedEnd() {
        receive(7, LIVE);
        receive(7, ENDED);
        after(GRACE_MS - 1).isEmpty();
        receive(7, LIVE);
        after(1).isEmpty();
        receive(7, ENDED);
        after(GRACE_MS - 1).isEmpty();
        after(1).containsExactly("EndGrace 7");
    }

    @Test
    void forgetsSessionsThatAreOver() {
        receive(7, ENDED);
        receive(7, OVER);
        after(0).containsExactly("Forget 7");
        table.onTombstone(STREAM, 7);
        after(LEASE_MS + GRACE_MS).isEmpty();
        assertThat(table.size()).isZero();
    }

    @Test
    void claimThatIsOverLeavesLesserSessions() {
        receive(3, CLAIMED);
        receive(5, LIVE);
        receive(7, ENDED);
        receive(7, OVER);
        after(0).containsExactly("Forget 7");
        table.onTombstone(STREAM, 7);
        after(LEASE_MS - 1).isEmpty();
        receive(5, LIVE);
        after(LEASE_MS).as("neither the live session nor, before its own end, the claim").containsExactly("EndGrace 3");
    }

    @Test
    void heartbeatsDoNotUndoOver() {
        receive(7, OVER);
        receive(7, LIVE);
        after(0).containsExactly("Forget 7");
    }

    @Test
    void greaterLiveSessionEndsOlderOneWithoutGrace() {
        receive(7, ENDED);
        receive(9, LIVE);
        after(0).containsExactly("EndGrace 7");
        receive(7, OVER);
        after(0).containsExactly("Forget 7");
    }

    @Test
    void olderSessionIsOverOnlyAfterItsEnd() {
        receive(7, LIVE);
        receive(9, LIVE);
        after(LEASE_MS).isEmpty();
        receive(9, LIVE);
        after(1).containsExactly("EndGrace 7");
    }

    @Test
    void greaterClaimDoesNotStopGrace() {
        receive(7, ENDED);
        for (int i = 0; i < GRACE_MS / 1_000; i++) {
            receive(9, CLAIMED);
            after(999).isEmpty();
            nowMs++;
        }
        receive(9, CLAIMED);
        after(0).containsExactly("EndGrace 7");
    }

    @Test
    void newOwnerCountsGraceFromEndTime() {
        table.onNotice(notice(7, ENDED, nowMs - GRACE_MS + 500), true, nowMs);
        after(499).isEmpty();
        after(1).containsExactly("EndGrace 7");
    }

    @Test
    void futureEndTimeDoesNotProlongGrace() {
        table.onNotice(notice(7, ENDED, nowMs + 3_600_000), true, nowMs);
        after(GRACE_MS).containsExactly("EndGrace 7");
    }

    @Test
    void ignoresClocksOfOtherNodesForNewRecords() {
        table.onNotice(notice(7, ENDED, nowMs - 3_600_000), false, nowMs);
        after(GRACE_MS - 1).isEmpty();
        after(1).containsExactly("EndGrace 7");
    }

    @Test
    void newOwnerGrantsFullLease() {
        table.onNotice(notice(7, LIVE, nowMs - 3_600_000), true, nowMs);
        nowMs += 60_000;
        table.renew(nowMs);
        after(LEASE_MS).isEmpty();
        after(1).containsExactly("Suspect 7");
    }

    @Test
    void streamsAreIndependent() {
        receive(7, ENDED);
        table.onNotice(new SessionNotice("live/other", 9, LIVE, new Encoder("n", "", ""), 0, nowMs, GRACE_MS), false,
                nowMs);
        after(0).isEmpty();
    }

    /** Owners come and go at any moment, and every step may be lost half way: what is dead still ends, in order. */
    @Property(tries = 200)
    void everyOwnerEndsAndForgetsSession(@ForAll long seed) {
        var random = new Random(seed);
        List<SessionNotice> topic = new ArrayList<>(List.of(notice(3, CLAIMED, nowMs), notice(7, LIVE, nowMs),
                notice(9, random.nextBoolean() ? CLAIMED : LIVE, nowMs)));
        List<String> packets = new ArrayList<>();
        Map<Long, SessionNotice> compacted = new LinkedHashMap<>();
        topic.forEach(n -> compacted.put(n.session(), n));
        LeaseTable owner = null;
        for (int i = 0; i < 2_000 && !compacted.isEmpty(); i++, nowMs += 1_000) {
            if (owner == null || random.nextInt(40) == 0) {
                owner = new LeaseTable(LEASE_MS);
                for (SessionNotice n : compacted.values()) {
                    owner.onNotice(n, true, nowMs);
                }
                owner.renew(nowMs);
            }
            for (Step step : owner.due(nowMs)) {
                perform(step, random, packets, compacted, owner);
            }
        }
        assertThat(compacted).isEmpty();
        assertThat(owner.size()).isZero();
        // Whichever of them has taken over, its epoch ends; only the last one certainly had no greater live session.
        assertThat(packets).contains("GraceOver 3", "GraceOver 7", "GraceOver 9", "SessionEnded 9");
        assertThat(packets.indexOf("SessionEnded 9")).isLessThan(packets.indexOf("GraceOver 9"));
    }

    private void perform(Step step, Random random, List<String> packets, Map<Long, SessionNotice> compacted,
            LeaseTable owner) {
        if (random.nextInt(4) == 0) {
            return;
        }
        switch (step) {
            case Step.Suspect(SessionNotice n) -> {
                packets.add("SessionEnded " + n.session());
                if (random.nextInt(4) > 0) {
                    noticed(n.session(), ENDED, compacted, owner);
                }
            }
            case Step.EndGrace(SessionNotice n) -> noticed(n.session(), OVER, compacted, owner);
            case Step.Forget(SessionNotice n) -> {
                packets.add("GraceOver " + n.session());
                if (random.nextInt(4) > 0) {
                    compacted.remove(n.session());
                    owner.onTombstone(STREAM, n.session());
                }
            }
        }
    }

    private void noticed(long session, State state, Map<Long, SessionNotice> compacted, LeaseTable owner) {
        SessionNotice told = notice(session, state, nowMs);
        compacted.put(session, told);
        owner.onNotice(told, false, nowMs);
    }

    private void receive(long session, State state) {
        table.onNotice(notice(session, state, nowMs), false, nowMs);
    }

    private org.assertj.core.api.ListAssert<String> after(long ms) {
        nowMs += ms;
        return assertThat(table.due(nowMs).stream().map(LeaseTableTest::label).toList());
    }

    private static String label(Step step) {
        return switch (step) {
            case Step.Suspect(SessionNotice n) -> "Suspect " + n.session();
            case Step.EndGrace(SessionNotice n) -> "EndGrace " + n.session();
            case Step.Forget(SessionNotice n) -> "Forget " + n.session();
        };
    }

    private static SessionNotice notice(long session, State state, long noticedAtMs) {
        return new SessionNotice(STREAM, session, state, new Encoder("node", "", "127.0.0.1:1"), 0, noticedAtMs,
                GRACE_MS);
    }
}
