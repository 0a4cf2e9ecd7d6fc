package io.millrace.launcher.broker;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RetentionFitTest {
    private static final Path DIR = Path.of("data");
    private static final long MB = 1_000_000;

    /** On a disk of 10,000 MB, 500 MB stay free. */
    @ParameterizedTest(name = "{0} MB each, {1} MB free, {2} MB there")
    @CsvSource({"1000, 2500, 0, true", "1001, 2500, 0, false", "1001, 2500, 2, true", "1000, 1500, 1000, true",
        "1000, 1499, 1000, false", "-1, 0, 0, true", "100, 400, 0, false"})
    void comparesMediaTopicsWithFreeAndUsedSpace(long topicMb, long freeMb, long logMb, boolean fits) {
        assertThat(warning(topicMb, freeMb, logMb).isEmpty()).isEqualTo(fits);
    }

    @Test
    void suggestsSize() {
        assertThat(warning(10_000, 3_770, 0)).contains("the retention is larger than the disk: packets and parts may "
                + "take 10.0 GB each, and the disk of data has room for 3.3 GB of both; set --retention-size to 1600MB "
                + "or less, or choose a larger disk with --data-dir. Publishers are refused once the disk is nearly full");
        assertThat(warning(100, 600, 0).orElseThrow()).contains("; choose a larger disk with --data-dir.");
    }

    /** A default size causes no warning, unless not even the smallest size fits. */
    @ParameterizedTest(name = "{0} MB free, {1} MB there: {2} MB each")
    @CsvSource({"20500, 0, 10000, true", "20499, 0, 9900, true", "3770, 0, 1600, true", "3770, 1000, 2100, true",
        "700, 0, 100, true", "699, 0, 100, false", "0, 0, 100, false"})
    void reducesDefaultSizeToFit(long freeMb, long logMb, long keptMb, boolean fits) {
        DiskSpace disk = new DiskSpace(10_000 * MB, freeMb * MB);
        long kept = new RetentionFit(0, disk, logMb * MB).autoBytes();
        assertThat(kept).isEqualTo(keptMb * MB);
        assertThat(new RetentionFit(kept, disk, logMb * MB).warning(DIR).isEmpty()).isEqualTo(fits);
    }

    private static Optional<String> warning(long topicMb, long freeMb, long logMb) {
        return new RetentionFit(topicMb < 0 ? -1 : topicMb * MB, new DiskSpace(10_000 * MB, freeMb * MB), logMb * MB)
                .warning(DIR);
    }
}
