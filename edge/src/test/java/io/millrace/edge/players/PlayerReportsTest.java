package io.millrace.edge.players;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.meters.AudienceMeters.Outcome;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.media.cmcd.CmcdReader;
import io.millrace.platform.log.AudienceReport;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PlayerReportsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private long nanos;
    private final PlayerReports reports = new PlayerReports(() -> nanos, new EdgeMeters(registry).audience());

    @Test
    void playersOfVersion1And2AreSummedUp() {
        reports.requested("n1", "live/show", "sid=\"a\",br=3000,bl=4000,bs");
        reports.requested("n1", "live/show", "sid=\"a\",br=3200");
        reports.requested("n1", "live/show", "sid=\"a\",bs");
        reports.requested("n2", "live/show", "sid=\"b\",msd=800,ltc=2000,bsa=3,v=2");
        reports.requested("n2", "live/show", "sid=\"b\",msd=9000,ltc=2100,bsa=3,v=2");
        reports.requested("n2", "live/other", "sid=\"b\",bl=100");
        StreamAudience show = reports.byStream().get("live/show");
        assertThat(show.players()).isEqualTo(2);
        assertThat(show.stalledPlayers()).isEqualTo(2);
        assertThat(show.stalls()).isEqualTo(5);
        assertThat(show.startDelayMs().p50()).as("the first one").isBetween(750L, 850L);
        assertThat(show.latencyMs().p95()).isBetween(1_970L, 2_230L);
        assertThat(show.bitrateKbps().p50()).isBetween(3_000L, 3_400L);
        assertThat(show.bufferMs().p50()).isBetween(3_750L, 4_250L);
        assertThat(reports.byStream().get("live/other").players()).isEqualTo(1);
        assertThat(reports.all().players()).isEqualTo(3);
    }

    @Test
    void sessionEndsWithItsLastReportOrAMinuteLater() {
        reports.requested("n", "live/show", "sid=\"a\"");
        reports.requested("n", "live/show", "sid=\"b\"");
        reports.requested("n", "live/show", "sid=\"a\",sta=q");
        assertThat(reports.all().players()).isEqualTo(1);
        nanos += PlayerSessions.PRESENCE.toNanos() - 1;
        assertThat(reports.all().players()).isEqualTo(1);
        nanos++;
        assertThat(reports.all().players()).isZero();
    }

    @Test
    void networkHasLimitedNumberOfSessions() {
        for (int i = 0; i < 10_000; i++) {
            nanos += TimeUnit.SECONDS.toNanos(ReportQuota.WINDOW_S) / ReportQuota.REPORTS;
            reports.requested("n", "live/show", "sid=\"" + i % 101 + "\"");
        }
        assertThat(reports.all().players()).isEqualTo(PlayerSessions.NETWORK_LIMIT);
        assertThat(count(Outcome.TOO_MANY_PLAYERS)).isPositive();
        reports.requested("another", "live/show", "sid=\"1000\"");
        assertThat(reports.all().players()).isEqualTo(PlayerSessions.NETWORK_LIMIT + 1);
    }

    /** A session that has expired gives its place to another one of its network when sums are made next. */
    @Test
    void placesOfEndedSessionsAreFree() {
        var sessions = new PlayerSessions(() -> nanos, PlayerSessions.LIMIT, () -> {});
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < PlayerSessions.NETWORK_LIMIT; i++) {
                assertThat(sessions.add("n", "live/show", CmcdReader.read("sid=\"" + round + "-" + i + "\""))).isTrue();
            }
            assertThat(sessions.add("n", "live/show", CmcdReader.read("sid=\"x\""))).isFalse();
            nanos += PlayerSessions.PRESENCE.toNanos();
            sessions.forEach((_, _) -> {});
        }
        assertThat(sessions.networks()).isZero();
    }

    @Test
    void memoryIsBoundedWhateverTheSessions() {
        int[] displaced = {0};
        var sessions = new PlayerSessions(() -> nanos, 1_000, () -> displaced[0]++);
        for (int i = 0; i < 10_000; i++) {
            assertThat(sessions.add("n" + i, "live/show", CmcdReader.read("sid=\"" + i + "\""))).isTrue();
        }
        assertThat(sessions.byStream().get("live/show").players()).isLessThanOrEqualTo(1_000);
        assertThat(sessions.networks()).isLessThanOrEqualTo(1_000);
        assertThat(displaced[0]).isGreaterThanOrEqualTo(9_000);
    }

    @Test
    void excessiveReportsOfNetworkAreNotRead() {
        for (int i = 0; i <= ReportQuota.REPORTS; i++) {
            assertThat(reports.permits("n")).isEqualTo(i < ReportQuota.REPORTS);
        }
        assertThat(reports.permits("another")).isTrue();
        assertThat(count(Outcome.TOO_MANY)).isEqualTo(1);
        nanos += TimeUnit.SECONDS.toNanos(ReportQuota.WINDOW_S);
        assertThat(reports.permits("n")).isTrue();
    }

    @Test
    void networksBeyondTheLimitCountAsOne() {
        var quota = new ReportQuota(() -> nanos);
        for (int i = 0; i < ReportQuota.NETWORKS; i++) {
            assertThat(quota.permits("n" + i)).isTrue();
        }
        for (int i = 0; i < ReportQuota.REPORTS; i++) {
            assertThat(quota.permits("m" + i)).isTrue();
        }
        assertThat(quota.permits("m")).isFalse();
        assertThat(quota.permits("n0")).isTrue();
    }

    @Test
    void reportsWithoutUseAreCounted() {
        reports.requested("n", "live/show", "br=1");
        reports.requested("n", "live/show", "br=forged");
        assertThat(count(Outcome.NO_SESSION)).isEqualTo(1);
        assertThat(count(Outcome.MALFORMED)).isEqualTo(1);
        assertThat(reports.all().players()).isZero();
    }

    /** The newest report of each edge counts, until the edge has been silent for three intervals. */
    @Test
    void totalsAreThoseOfAllEdges() {
        var totals = new AudienceTotals(10);
        reports.requested("n", "live/show", "sid=\"a\",ltc=1000");
        AudienceReport one = reports.byStream().get("live/show").report("live/show", "e1", 0);
        totals.put(one, 0);
        totals.put(one, 5);
        totals.put(reports.byStream().get("live/show").report("live/show", "e2", 0), 20);
        assertThat(totals.of("live/show").players()).isEqualTo(2);
        assertThat(totals.of("live/show").edges()).isEqualTo(2);
        assertThat(totals.of("live/other").players()).isZero();
        totals.expire(35);
        assertThat(totals.of("live/show").players()).isEqualTo(2);
        totals.expire(36);
        assertThat(totals.of("live/show").players()).isEqualTo(1);
        assertThat(totals.size()).isEqualTo(1);
    }

    private double count(Outcome outcome) {
        return registry.get("millrace.cmcd.reports").tag("outcome", outcome.name().toLowerCase(Locale.ROOT)).counter()
                .count();
    }
}
