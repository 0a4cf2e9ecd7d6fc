package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class StateSchemaTest {
    private record Counted(long count, String name) {}

    private static final StateSchema<Counted> OLD = new StateSchema<>("TestedState", List.of("v1"),
            (state, g) -> g.put("count", state.count()), g -> new Counted(g.int64("count"), "old"));
    private static final StateSchema<Counted> NEW = new StateSchema<>("TestedState", List.of("v1", "v2"),
            (state, g) -> g.put("count", state.count()).put("name", state.name()),
            g -> new Counted(g.int64("count"), g.text("name")));

    private static ByteBuffer written(StateSchema<Counted> schema) {
        return ByteBuffer.wrap(schema.encode(new Counted(7, "seven"), 2));
    }

    @Test
    void readsCurrentAndPreviousVersion() {
        assertThat(NEW.decode(written(NEW))).isEqualTo(new Counted(7, "seven"));
        assertThat(NEW.decode(written(OLD))).isEqualTo(new Counted(7, "none"));
        assertThat(OLD.decode(written(OLD))).isEqualTo(new Counted(7, "old"));
    }

    @Test
    void writesPreviousVersionUntilFinalized() {
        ByteBuffer before = ByteBuffer.wrap(NEW.encode(new Counted(7, "seven"), 1));
        assertThat(OLD.decode(before)).isEqualTo(new Counted(7, "old"));
        assertThat(before).isEqualTo(written(OLD));
        assertThat(NEW.decode(before)).isEqualTo(new Counted(7, "none"));
    }

    @Test
    void laterVersionIsUnreadable() {
        assertThatExceptionOfType(UnreadableStateException.class).isThrownBy(() -> OLD.decode(written(NEW)))
                .withMessageStartingWith("its schema is unknown: ");
    }

    @Test
    void damagedStateIsUnreadable() {
        byte[] bytes = written(NEW).array();
        for (int size = 0; size < bytes.length; size++) {
            ByteBuffer damaged = ByteBuffer.wrap(Arrays.copyOf(bytes, size));
            assertThatExceptionOfType(UnreadableStateException.class).as("%d bytes", size)
                    .isThrownBy(() -> NEW.decode(damaged));
        }
    }
}
