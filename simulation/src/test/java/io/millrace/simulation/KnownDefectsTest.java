package io.millrace.simulation;

import io.millrace.simulation.oracle.Promise;
import io.millrace.simulation.oracle.Violation;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Former defects are found by random seeds if they are reintroduced, and are not found otherwise. */
class KnownDefectsTest {
    private static final long SEEDS = 10_000;
    private static final int MOST_LINES = 250;

    /**
     * @param seed that finds it today; if the simulation draws other numbers, it is another one after it
     * @param faults that it takes
     * @param words a part of the violation's
     */
    private record Known(String name, long seed, Defect defect, Set<Fault> faults, Promise promise, String words) {
        boolean isIn(Violation violation) {
            return violation.promise() == promise && violation.words().contains(words);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Known> known() {
        return Stream.of(
                new Known("1: a claim that never sends a packet disconnects the live publisher", 0,
                        Defect.OVER_TAKES_LESSER_SESSIONS, EnumSet.of(Fault.CLAIMS_WITHOUT_PACKETS),
                        Promise.NO_LIVE_SESSION_FORGOTTEN, "which is LIVE"),
                new Known("2: a segmenter that was replaced overwrites the states of its successor", 0,
                        Defect.STATES_HAVE_NO_OWNER, EnumSet.of(Fault.KILL_SEGMENTER, Fault.FREEZE_SEGMENTER),
                        Promise.ONE_CONTENT_PER_IDENTITY, "has another content than before"),
                new Known("2: a segmenter that was replaced overwrites the directory", 0,
                        Defect.OVERWRITTEN_ENTRIES_STAY, EnumSet.of(Fault.KILL_SEGMENTER, Fault.FREEZE_SEGMENTER),
                        Promise.DIRECTORY_IS_TRUE, "the directory says"),
                new Known("5: an epoch whose last request was late never ends", 0,
                        Defect.RULES_OF_VERSION_2, EnumSet.of(Fault.KILL, Fault.SLOW_CONNECTIONS),
                        Promise.LOGGED_IS_SHOWN, "must be SHOWN in epoch"),
                new Known("8: a poison key stops every node", 0,
                        Defect.POISON_KEY_STOPS_READERS, EnumSet.of(Fault.POISON), Promise.NO_RECORD_STOPS_A_PROCESS,
                        "NumberFormatException"),
                new Known("9: healthy sessions are suspected while the log stands still", 0,
                        Defect.SILENCE_BY_CLOCK, EnumSet.of(Fault.STALLED_LOG),
                        Promise.NO_HEALTHY_SESSION_SUSPECTED, "ended by suspicion"),
                new Known("10: an edge ends a playlist by its clock and the directory", 0,
                        Defect.EPOCHS_END_BY_CLOCK, EnumSet.of(Fault.KILL_EDGE), Promise.ONE_PLAYLIST_PER_OFFSET,
                        "is another one at edge"),
                new Known("13: sixteen claims evict one, whose packets never count", 0,
                        Defect.RULES_OF_VERSION_2, EnumSet.of(Fault.CLAIM_STORMS, Fault.FREEZE),
                        Promise.LOGGED_IS_SHOWN, "unknown_session"),
                new Known("15: an encoder returns with other tracks, and the epoch goes on", 0,
                        Defect.EPOCHS_TAKE_ANY_TRACKS, EnumSet.of(Fault.TRACKS), Promise.EPOCHS_HAVE_ONE_TRACK_SET,
                        "its tracks begin epoch"),
                new Known("a session whose notice is lost with its node never ends", 0,
                        Defect.PACKETS_BEFORE_THE_NOTICE,
                        EnumSet.of(Fault.KILL, Fault.SLOW_CONNECTIONS, Fault.LEADER_CHANGE, Fault.STALLED_LOG),
                        Promise.EVERY_EPOCH_ENDS, "goes on"));
    }

    @ParameterizedTest
    @MethodSource("known")
    void findsReintroducedDefect(Known known) {
        Set<Defect> putBack = EnumSet.of(known.defect());
        Optional<Long> seed = Seeds.find(known.seed(), SEEDS, known.faults(), putBack, known::isIn);
        assertThat(seed).as("a seed that finds it").isPresent();
        assertThat(seed.get()).isLessThan(SEEDS);
        String told = Seeds.told(seed.get(), known.faults(), putBack, known::isIn);
        assertThat(told).contains(known.words());
        assertThat(told.lines().count()).as(told).isLessThan(MOST_LINES);
        assertThat(Simulation.run(seed.get(), Plan.of(seed.get(), known.faults()), EnumSet.noneOf(Defect.class))
                .violation()).as("without it").isEmpty();
    }
}
