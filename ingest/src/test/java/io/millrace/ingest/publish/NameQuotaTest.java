package io.millrace.ingest.publish;

import org.junit.jupiter.api.Test;

import static io.millrace.ingest.publish.NameQuota.Answer.ADDRESS;
import static io.millrace.ingest.publish.NameQuota.Answer.NODE;
import static io.millrace.ingest.publish.NameQuota.Answer.TAKEN;
import static org.assertj.core.api.Assertions.assertThat;

class NameQuotaTest {
    private static final String A = "192.0.2.1";
    private final NameQuota quota = new NameQuota(new NameLimits(3, 5, 100), 0);

    @Test
    void limitsNamesOfAddress() {
        take(A, 3, 0);
        assertThat(quota.take(A, 0)).isEqualTo(ADDRESS);
        assertThat(quota.take("192.0.2.2", 0)).isEqualTo(TAKEN);
    }

    @Test
    void refillsGradually() {
        take(A, 3, 0);
        long one = NameQuota.FILL_MS / 3;
        assertThat(quota.take(A, one - 1)).isEqualTo(ADDRESS);
        assertThat(quota.take(A, one)).isEqualTo(TAKEN);
        assertThat(quota.take(A, one)).isEqualTo(ADDRESS);
        take(A, 3, one + NameQuota.FILL_MS);
        assertThat(quota.take(A, one + NameQuota.FILL_MS)).isEqualTo(ADDRESS);
    }

    @Test
    void limitsNamesOfAllAddresses() {
        take(A, 3, 0);
        take("192.0.2.2", 2, 0);
        assertThat(quota.take("192.0.2.3", 0)).isEqualTo(NODE);
        assertThat(quota.take("192.0.2.3", NameQuota.FILL_MS / 5)).isEqualTo(TAKEN);
    }

    @Test
    void lastQuarterOfNodeIsForAddressesWithFewNames() {
        NameQuota of80 = new NameQuota(new NameLimits(80, 80, 100), 0);
        for (int i = 0; i < 60; i++) {
            assertThat(of80.take(A, 0)).isEqualTo(TAKEN);
        }
        assertThat(of80.take(A, 0)).isEqualTo(NODE);
        for (int i = 0; i < NameQuota.FEW; i++) {
            assertThat(of80.take("192.0.2.2", 0)).isEqualTo(TAKEN);
        }
        assertThat(of80.take("192.0.2.2", 0)).isEqualTo(NODE);
        for (int i = 0; i < NameQuota.FEW; i++) {
            assertThat(of80.take("192.0.2.3", 0)).isEqualTo(TAKEN);
        }
        assertThat(of80.take("192.0.2.4", 0)).isEqualTo(NODE);
    }

    @Test
    void refillsNothingIfClockGoesBack() {
        take(A, 3, 1_000_000);
        assertThat(quota.take(A, 0)).isEqualTo(ADDRESS);
        assertThat(quota.take(A, 1_000_000)).isEqualTo(ADDRESS);
    }

    @Test
    void remembersAtMostTwiceAsManyAddressesAsNames() {
        int most = 0;
        for (int i = 0; i < 10_000; i++) {
            quota.take("192.0.2." + i, i * 1_000L);
            most = Math.max(most, quota.size());
        }
        assertThat(most).isBetween(1, 10);
        quota.take(A, 10_000_000_000L);
        assertThat(quota.size()).isEqualTo(1);
    }

    private void take(String address, int names, long nowMs) {
        for (int i = 0; i < names; i++) {
            assertThat(quota.take(address, nowMs)).isEqualTo(TAKEN);
        }
    }
}
