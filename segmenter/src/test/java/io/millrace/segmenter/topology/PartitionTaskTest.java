package io.millrace.segmenter.topology;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.log.LogCodec;
import io.millrace.segmenter.Tape;
import io.millrace.segmenter.meters.SegmenterMeters;
import io.millrace.testkit.LogCapture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PartitionTaskTest {
    private static final String STREAM = "live/show";
    private static final List<byte[]> LOST = records(130);
    private static final List<byte[]> RECORDS = records(90);

    private final Map<String, byte[]> changelog = new HashMap<>();
    private final Log log = new Log(RECORDS);

    private static List<byte[]> records(int frames) {
        Tape tape = new Tape();
        tape.publisher().configs().live(0, frames, 33, 60).ends().graceOver();
        return tape.entries().stream().map(e -> LogCodec.encode(e.record())).toList();
    }

    /** Reads of it fail before offset {@code failsAt}, as long as that is set. */
    private static final class Log implements PacketsLog {
        private final List<byte[]> records;
        private long failsAt = Long.MAX_VALUE;

        Log(List<byte[]> records) {
            this.records = records;
        }

        @Override
        public boolean has(LogMark mark, int partition) {
            return mark.offset() < records.size()
                    && mark.equals(LogMark.of(mark.offset(), records.get((int) mark.offset())));
        }

        @Override
        public void read(int partition, long from, long to, Visitor visitor) {
            for (long i = from; i < to; i++) {
                if (i == failsAt) {
                    throw new TimeoutException("no leader");
                }
                visitor.record(STREAM, i, records.get((int) i));
            }
        }
    }

    private PartitionTask task(String owner) {
        return new PartitionTask(0, owner, changelog, () -> -1, log, new SegmenterMeters(new SimpleMeterRegistry()));
    }

    private void commit(PartitionTask task) {
        task.commit((key, value) -> {
            if (value == null) {
                changelog.remove(key);
            } else {
                changelog.put(key, value);
            }
        });
    }

    private static List<String> segments(List<SegmenterOutput> outputs) {
        return outputs.stream().map(output -> output.topic() + " " + output.value().length).toList();
    }

    /** The log has lost everything that the states contain, and has other records now. */
    @Test
    void commitsNothingBeforeThePastIsRead() {
        PartitionTask predecessor = task("a");
        for (int i = 0; i < LOST.size(); i++) {
            predecessor.process(STREAM, i, LOST.get(i));
        }
        commit(predecessor);
        Map<String, byte[]> before = Map.copyOf(changelog);

        try (LogCapture said = new LogCapture(PartitionFold.class)) {
            PartitionTask interrupted = task("b");
            log.failsAt = 70;
            int next = RECORDS.size() - 1;
            assertThatThrownBy(() -> interrupted.process(STREAM, next, RECORDS.get(next)))
                    .isInstanceOf(TimeoutException.class);
            commit(interrupted);
            commit(interrupted);
            assertThat(changelog).isEqualTo(before);

            log.failsAt = Long.MAX_VALUE;
            List<SegmenterOutput> expected = interrupted.process(STREAM, next, RECORDS.get(next));
            PartitionTask successor = task("c");
            assertThat(expected).hasSizeGreaterThan(2);
            assertThat(segments(successor.process(STREAM, next, RECORDS.get(next)))).isEqualTo(segments(expected));
            assertThat(said.texts(Level.WARN)).hasSize(2)
                    .allMatch(line -> line.startsWith("packets lost records up to"));
        }
    }

    @Test
    void repeatedOutputsAreTakenOnce() {
        PartitionTask first = task("a");
        List<SegmenterOutput> outputs = new ArrayList<>();
        for (int i = 0; i < RECORDS.size(); i++) {
            outputs.addAll(first.process(STREAM, i, RECORDS.get(i)));
        }
        commit(first);
        PartitionTask second = task("b");
        assertThat(segments(second.takeRepeated())).isEqualTo(segments(outputs));
        assertThat(second.takeRepeated()).isEmpty();
    }
}
