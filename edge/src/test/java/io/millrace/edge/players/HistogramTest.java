package io.millrace.edge.players;

import io.millrace.platform.log.AudienceReport.Bucket;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HistogramTest {
    @Test
    void quantileIsNearTheExactOne() {
        Random random = new Random(43);
        for (int players : new int[]{1, 2, 19, 20, 1_000}) {
            long[] values = LongStream.generate(() -> random.nextLong(1L << random.nextInt(1, 40))).limit(players)
                    .sorted().toArray();
            var histogram = new Histogram();
            LongStream.of(values).forEach(histogram::add);
            for (double quantile : new double[]{0.01, 0.5, 0.95, 1}) {
                long exact = values[(int) Math.ceil(players * quantile) - 1];
                assertThat(histogram.quantile(quantile).orElseThrow() - exact).as("%s of %d", quantile, players)
                        .isBetween(-exact / 16 - 1, exact / 16 + 1);
            }
        }
    }

    @Test
    void bucketsFollowEachOtherUpToTheGreatestValue() {
        for (long value : new long[]{0, 15, 16, 17, 18, 31, 32, 255, 256, 1L << 40, (1L << 62) - 1}) {
            var histogram = new Histogram();
            histogram.add(value);
            assertThat(histogram.quantile(1).orElseThrow()).as("%d", value).isBetween(value - value / 16,
                    value + value / 16);
        }
        var two = new Histogram();
        LongStream.of(15, 16, 17, 18).forEach(two::add);
        assertThat(two.buckets()).containsExactly(new Bucket(15, 1), new Bucket(16, 2), new Bucket(17, 1));
    }

    @Test
    void sumOfTwoIsThatOfAllTheirValues() {
        var left = new Histogram();
        var right = new Histogram();
        var all = new Histogram();
        LongStream.range(0, 500).forEach(value -> {
            (value % 3 == 0 ? left : right).add(value * value);
            all.add(value * value);
        });
        left.add(right.buckets());
        assertThat(left.buckets()).isEqualTo(all.buckets());
    }

    @Test
    void unknownValuesAndImpossibleBucketsAreIgnored() {
        var histogram = new Histogram();
        histogram.add(-1);
        histogram.add(List.of(new Bucket(-1, 1), new Bucket(10_000, 1), new Bucket(3, 0), new Bucket(3, -5)));
        assertThat(histogram.quantile(0.5)).isEmpty();
    }
}
