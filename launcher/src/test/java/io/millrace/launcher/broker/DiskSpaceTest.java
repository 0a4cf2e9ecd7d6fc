package io.millrace.launcher.broker;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.launcher.broker.DiskSpace.Level;
import io.millrace.platform.UserError;
import io.millrace.testkit.LogCapture;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DiskSpaceTest {
    private static final Path DIR = Path.of("data");
    private static final long MB = 1_000_000;

    @ParameterizedTest(name = "{1} of {0} MB")
    @CsvSource({"1000000, 100000, ROOM", "1000000, 99999, LOW", "1000000, 2000, LOW", "1000000, 1999, FULL",
        "20000, 2000, ROOM", "20000, 1999, LOW", "20000, 1000, LOW", "20000, 999, FULL",
        "500, 256, ROOM", "500, 255, LOW", "500, 128, LOW", "500, 127, FULL"})
    void levels(long totalMb, long freeMb, Level level) {
        assertThat(new DiskSpace(totalMb * MB, freeMb * MB).level()).isEqualTo(level);
    }

    @Test
    void brokerDoesNotStartOnFullDisk() {
        new DiskSpace(1_000 * MB, DiskSpace.START_BYTES).checkStart(DIR);
        assertThatThrownBy(() -> new DiskSpace(1_000 * MB, DiskSpace.START_BYTES - 1).checkStart(DIR))
                .isInstanceOf(UserError.class).hasMessage("the disk of the data directory data is full: 63 of 1,000 MB "
                        + "are free, and the embedded broker needs 64 MB to start; free disk space, or choose another "
                        + "directory with --data-dir");
    }

    @Test
    void brokerFailureNamesFullDisk() {
        assertThat(new DiskSpace(1_000 * MB, DiskSpace.START_BYTES).fault(DIR)).isEmpty();
        assertThat(new DiskSpace(1_000 * MB, 0).fault(DIR))
                .hasValue("the disk of the data directory data is full: 0 of 1,000 MB are free");
        assertThat(DiskSpace.exhausted(DIR.resolve("missing"))).isEmpty();
    }

    @Test
    void watchIsCheckMeterAndGate() {
        AtomicReference<DiskSpace> disk = new AtomicReference<>(free(5_000));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (var said = new LogCapture(DiskWatch.class); DiskWatch watch = new DiskWatch(DIR, disk::get, meters)) {
            assertThat(watch.check().probe().get().up()).isTrue();
            disk.set(free(999));
            watch.measure();
            assertThat(watch.check().probe().get().up()).isFalse();
            assertThat(watch.isFull()).isFalse();
            disk.set(free(499));
            watch.measure();
            assertThat(watch.isFull()).isTrue();
            assertThat(watch.check().probe().get().detail()).contains("publishers are refused");
            assertThat(meters.get("millrace.disk.free").gauge().value()).isEqualTo(499 * MB);
            assertThat(meters.get("millrace.disk.total").gauge().value()).isEqualTo(10_000 * MB);
            assertThat(said.lines()).satisfiesExactly(
                    line -> assertThat(line).startsWith("WARN the disk of data fills up: 999 of 10,000 MB are free;")
                            .endsWith("below 500 MB publishers are refused"),
                    line -> assertThat(line).startsWith("ERROR the disk of data is nearly full"));
        }
    }

    @Test
    void acceptsPublishersAgainWithQuarterMoreSpace() {
        AtomicReference<DiskSpace> disk = new AtomicReference<>(free(499));
        try (var said = new LogCapture(DiskWatch.class);
                DiskWatch watch = new DiskWatch(DIR, disk::get, new SimpleMeterRegistry())) {
            assertThat(watch.isFull()).isTrue();
            disk.set(free(624));
            watch.measure();
            assertThat(watch.isFull()).isTrue();
            disk.set(free(625));
            watch.measure();
            assertThat(watch.isFull()).isFalse();
            assertThat(said.lines()).satisfiesExactly(line -> assertThat(line).startsWith("ERROR"),
                    line -> assertThat(line).startsWith("WARN"));
        }
    }

    private static DiskSpace free(long mb) {
        return new DiskSpace(10_000 * MB, mb * MB);
    }
}
