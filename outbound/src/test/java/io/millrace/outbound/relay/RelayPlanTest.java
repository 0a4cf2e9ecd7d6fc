package io.millrace.outbound.relay;

import io.millrace.outbound.relay.RelayPlan.Work;
import io.millrace.outbound.relay.RelayRule.From;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamEntry.State;
import io.millrace.testkit.Records;
import io.millrace.tools.past.EpochPosition;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class RelayPlanTest {
    private static final long YOUNG = Records.EPOCH_MS + RelayPlan.YOUNG_MS - 1;
    private static final long OLD = Records.EPOCH_MS + RelayPlan.YOUNG_MS;
    private static final EpochPosition AT = Positions.at(1, 70);
    private static final StreamEntry ENDED = Records.entry("live/show", 1, State.ENDED);
    private static final StreamEntry LIVE = Records.entry("live/show", 1, State.LIVE);
    private static final StreamEntry GRACE = Records.entry("live/show", 1, State.GRACE);
    private static final StreamEntry NEXT = Records.entry("live/show", 200, State.LIVE);
    private static final StreamEntry NEXT_ENDED = Records.entry("live/show", 200, State.ENDED);
    private static final StreamEntry TRACKLESS = Records.entry("live/show", 1, State.LIVE, List.of(), 1);
    private static final RelayPosition OVER = RelayPosition.after(1);
    private static final RelayPosition SENT = RelayPosition.of(AT);
    private static final Work NOTHING = null;

    private record Case(String name, From from, RelayPosition position, List<StreamEntry> history, long nowMs,
            Work next) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case("unknown stream", From.STOPPED, RelayPosition.NONE, List.of(), YOUNG, NOTHING),
                new Case("new stream", From.STOPPED, RelayPosition.NONE, List.of(LIVE), YOUNG,
                        new Work.Beginning(LIVE)),
                new Case("tracks not known", From.STOPPED, RelayPosition.NONE, List.of(TRACKLESS), YOUNG, NOTHING),
                new Case("old stream", From.STOPPED, RelayPosition.NONE, List.of(LIVE), OLD, new Work.Newest(LIVE)),
                new Case("ended before", From.STOPPED, RelayPosition.NONE, List.of(ENDED), YOUNG, NOTHING),
                new Case("interrupted", From.STOPPED, SENT, List.of(LIVE), OLD, new Work.Resume(LIVE, AT)),
                new Case("away", From.STOPPED, SENT, List.of(GRACE), OLD, new Work.Resume(GRACE, AT)),
                new Case("ended meanwhile", From.STOPPED, SENT, List.of(ENDED, NEXT), OLD, new Work.Resume(ENDED, AT)),
                new Case("over", From.STOPPED, OVER, List.of(ENDED), OLD, NOTHING),
                new Case("over and next", From.STOPPED, OVER, List.of(ENDED, NEXT), OLD, new Work.Beginning(NEXT)),
                new Case("next ended", From.STOPPED, OVER, List.of(NEXT_ENDED), OLD, new Work.Beginning(NEXT_ENDED)),
                new Case("expired meanwhile", From.STOPPED, SENT, List.of(NEXT), OLD, new Work.Beginning(NEXT)),
                new Case("log lost", From.STOPPED, RelayPosition.after(900), List.of(LIVE), OLD, NOTHING),
                new Case("new stream", From.LIVE, RelayPosition.NONE, List.of(LIVE), YOUNG, new Work.Beginning(LIVE)),
                new Case("old stream", From.LIVE, RelayPosition.NONE, List.of(LIVE), OLD, new Work.Newest(LIVE)),
                new Case("interrupted", From.LIVE, SENT, List.of(LIVE), OLD, new Work.Resume(LIVE, AT)),
                new Case("ended meanwhile", From.LIVE, SENT, List.of(ENDED), OLD, NOTHING),
                new Case("next is live", From.LIVE, SENT, List.of(ENDED, NEXT), OLD, new Work.Newest(NEXT)),
                new Case("over and next", From.LIVE, OVER, List.of(ENDED, NEXT), YOUNG, new Work.Beginning(NEXT)),
                new Case("next ended", From.LIVE, OVER, List.of(ENDED, NEXT_ENDED), OLD, NOTHING),
                new Case("over", From.LIVE, OVER, List.of(LIVE), OLD, NOTHING));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void choosesWhatComesNext(Case its) {
        assertThat(RelayPlan.next(its.from(), its.position(), its.history(), its.nowMs()))
                .isEqualTo(Optional.ofNullable(its.next()));
    }
}
