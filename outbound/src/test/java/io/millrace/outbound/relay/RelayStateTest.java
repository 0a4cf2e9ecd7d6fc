package io.millrace.outbound.relay;

import io.millrace.outbound.relay.RelayState.Phase;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.UnreadableStateException;
import io.millrace.platform.timeline.Tracks;
import io.millrace.testkit.Records;
import io.millrace.tools.past.EpochPosition;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RelayStateTest {
    private static final RelayKey KEY = new RelayKey("copy", "live/show");
    /** Written by version 2 of the log; every later release must read it. */
    private static final String VERSION_2 = "c30199ef033889b4406908636f7079126c6976652f73686f770c6e6f64652d310e53454e44494e470a50000e000e8c014f0206415643620164001fffe1001c6764001fac54110280bfe5c044000003000400000300f03c60c4118001000668e84394b22cfdf8f80002064141430a119056e500";

    static Stream<RelayState> states() {
        return Stream.of(
                new RelayState(KEY, "node-1", Phase.SENDING, 5, 40, null, RelayPosition.of(Positions.at(7, 70))),
                new RelayState(KEY, "node-1", Phase.RETRYING, 5, 40, "refused", RelayPosition.of(new EpochPosition(7,
                        new Keyframe(8, 80, 0), new Tracks(null, Tracks.of(Records.TRACKS).audio())))),
                new RelayState(KEY, "node-1", Phase.WAITING, 5, 0, null, RelayPosition.NONE),
                new RelayState(KEY, "node-1", Phase.STOPPED, 5, 0, null, RelayPosition.after(7)));
    }

    @ParameterizedTest
    @MethodSource("states")
    void isReadAsWritten(RelayState state) {
        assertThat(RelayState.decode(state.encode())).isEqualTo(state);
    }

    @Test
    void readsVersion2() {
        RelayState written = states().findFirst().orElseThrow();
        assertThat(HexFormat.of().formatHex(written.encode())).isEqualTo(VERSION_2);
        assertThat(RelayState.decode(HexFormat.of().parseHex(VERSION_2))).isEqualTo(written);
    }

    @Test
    void damagedStateIsUnreadable() {
        byte[] bytes = states().findFirst().orElseThrow().encode();
        for (int size = 0; size < bytes.length; size++) {
            byte[] damaged = Arrays.copyOf(bytes, size);
            assertThatExceptionOfType(UnreadableStateException.class).as("%d bytes", size)
                    .isThrownBy(() -> RelayState.decode(damaged));
        }
    }

    @Test
    void keyIsReadAsWritten() {
        assertThat(KEY).hasToString("copy live/show");
        assertThat(RelayKey.parse("copy live/show")).isEqualTo(KEY);
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> RelayKey.parse("live/show"));
    }
}
