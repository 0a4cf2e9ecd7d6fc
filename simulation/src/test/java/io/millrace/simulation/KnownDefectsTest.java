package io.millrace.simulation;

import io.millrace.testkit.SlowTest;
import io.millrace.testkit.oracle.Promise;
import io.millrace.testkit.oracle.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Former defects are found by random seeds if they are reintroduced, and are not found otherwise. */
@SlowTest
class KnownDefectsTest {
    private static final long SEEDS = 10_000;
    private static final int MOST_LINES = 300;
    private static final Path README = Path.of("README.md");

    /**
     * @param depth what has to run
     * @param faults that it takes
     * @param words a part of the violation's
     */
    private record Known(String name, Defect defect, Depth depth, Set<Fault> faults, Promise promise, String words) {
        boolean isIn(Violation violation) {
            return violation.promise() == promise && violation.words().contains(words);
        }

        /** Returns the row of the table in README.md. */
        String row(long seed) {
            String list = faults.stream().map(fault -> "`" + fault + "`").collect(Collectors.joining(", "));
            return "| " + name + " | " + list + " | `" + depth + "` | " + seed + " |";
        }

        boolean isRow(String line) {
            return line.startsWith("| " + name + " |");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Known> known() {
        return Stream.of(
                new Known("1: a claim that never sends a packet disconnects the live publisher",
                        Defect.OVER_TAKES_LESSER_SESSIONS,
                        Depth.SESSIONS, EnumSet.of(Fault.CLAIMS_WITHOUT_PACKETS),
                        Promise.NO_LIVE_SESSION_FORGOTTEN, "which is LIVE"),
                new Known("2: a segmenter that was replaced overwrites the states of its successor",
                        Defect.STATES_HAVE_NO_OWNER,
                        Depth.SEGMENTS, EnumSet.of(Fault.KILL_SEGMENTER, Fault.FREEZE_SEGMENTER),
                        Promise.ONE_CONTENT_PER_IDENTITY, "has another content than before"),
                new Known("2: a segmenter that was replaced overwrites the directory", Defect.OVERWRITTEN_ENTRIES_STAY,
                        Depth.SEGMENTS,
                        EnumSet.of(Fault.KILL_SEGMENTER, Fault.FREEZE_SEGMENTER, Fault.SLOW_SEGMENTER),
                        Promise.DIRECTORY_IS_TRUE, "the directory says"),
                new Known("3: a segmenter skips what the next release has written",
                        Defect.UNKNOWN_SCHEMAS_ARE_SKIPPED,
                        Depth.SEGMENTS, EnumSet.of(Fault.UPGRADE), Promise.SHOWN_IS_CUT, "is in no segment"),
                new Known("4: an edge serves another part of a lost part's offset", Defect.PARTS_BY_OFFSET,
                        Depth.VIEWERS, EnumSet.of(Fault.LOST_PARTS), Promise.CUT_IS_SERVED, "contains"),
                new Known("5: an epoch whose last request was late never ends", Defect.RULES_OF_VERSION_2,
                        Depth.SESSIONS, EnumSet.of(Fault.KILL, Fault.SLOW_CONNECTIONS),
                        Promise.EVERY_EPOCH_ENDS, "which is ENDED"),
                new Known("6: epochs of which no packet is retained stay in the directory", Defect.EPOCHS_NEVER_EXPIRE,
                        Depth.VIEWERS, EnumSet.of(Fault.RETENTION), Promise.EXPIRED_LEAVES_DIRECTORY, "is KNOWN"),
                new Known("8: a poison key stops every node", Defect.POISON_KEY_STOPS_READERS,
                        Depth.SESSIONS, EnumSet.of(Fault.POISON), Promise.NOTHING_STOPS_A_PROCESS,
                        "NumberFormatException"),
                new Known("9: healthy sessions are suspected while the log stands still", Defect.SILENCE_BY_CLOCK,
                        Depth.SESSIONS, EnumSet.of(Fault.STALLED_LOG),
                        Promise.NO_HEALTHY_SESSION_SUSPECTED, "ended by suspicion"),
                new Known("10: an edge ends a playlist by its clock and the directory", Defect.EPOCHS_END_BY_CLOCK,
                        Depth.VIEWERS, EnumSet.of(Fault.KILL_EDGE), Promise.ONE_PLAYLIST_PER_OFFSET,
                        "is another one at edge"),
                new Known("11: wrong clocks of nodes change grace periods", Defect.AGES_BY_CLOCKS_OF_NODES,
                        Depth.SESSIONS, EnumSet.of(Fault.KILL, Fault.CLOCKS), Promise.GRACE_IS_KEPT,
                        "is over after a grace period"),
                new Known("12: a write that fails ends a packager", Defect.FAILED_WRITE_ENDS_PACKAGER,
                        Depth.VIEWERS, EnumSet.of(Fault.STALLED_LOG, Fault.SLOW_PACKAGER),
                        Promise.NOTHING_STOPS_A_PROCESS,
                        "TimeoutException"),
                new Known("12: a part that cannot be muxed ends the packaging of its session",
                        Defect.QUARANTINE_IN_MEMORY,
                        Depth.VIEWERS, EnumSet.of(Fault.BAD_MUX), Promise.CUT_IS_SERVED,
                        "has a gap instead of segment"),
                new Known("13: sixteen claims evict one, whose packets never count", Defect.RULES_OF_VERSION_2,
                        Depth.SESSIONS, EnumSet.of(Fault.CLAIM_STORMS, Fault.FREEZE),
                        Promise.LOGGED_IS_SHOWN, "unknown_session"),
                new Known("15: an encoder returns with other tracks, and the epoch goes on",
                        Defect.EPOCHS_TAKE_ANY_TRACKS,
                        Depth.SESSIONS, EnumSet.of(Fault.TRACKS), Promise.EPOCHS_HAVE_ONE_TRACK_SET,
                        "its tracks begin epoch"),
                new Known("a producer continues after a batch that was not written",
                        Defect.PRODUCERS_CONTINUE_AFTER_FAILURE, Depth.SEGMENTS,
                        EnumSet.range(Fault.KILL, Fault.SLOW_SEGMENTER), Promise.NUMBERS_RISE, "is cut after"),
                new Known("a session whose notice is lost with its node never ends", Defect.PACKETS_BEFORE_THE_NOTICE,
                        Depth.SESSIONS,
                        EnumSet.of(Fault.KILL, Fault.SLOW_CONNECTIONS, Fault.LEADER_CHANGE, Fault.STALLED_LOG),
                        Promise.EVERY_EPOCH_ENDS, "goes on"),
                new Known("a gap of a stream that does not return holds back the position in the index",
                        Defect.GAPS_ARE_NEVER_FORGOTTEN, Depth.VIEWERS,
                        EnumSet.of(Fault.BAD_MUX, Fault.KILL_PACKAGER, Fault.FREEZE_PACKAGER),
                        Promise.POSITIONS_REACH_THE_ENDS, "the position in index"));
    }

    /** The seed is in the table of README.md. With {@code -Dmillrace.goldens=write}, it is searched for and written there. */
    @ParameterizedTest
    @MethodSource("known")
    void findsReintroducedDefect(Known known) throws IOException {
        Set<Defect> putBack = EnumSet.of(known.defect());
        boolean isWritten = !"write".equals(System.getProperty("millrace.goldens"));
        long first = isWritten ? seed(known) : 0;
        Optional<Long> found = Seeds.find(first, isWritten ? 1 : SEEDS, known.depth(), known.faults(), putBack,
                known::isIn);
        assertThat(found).as("a seed that finds it; -Dmillrace.goldens=write searches for another one").isPresent();
        long seed = found.get();
        String told = Seeds.told(seed, known.depth(), known.faults(), putBack, known::isIn);
        assertThat(told).contains(known.words());
        assertThat(told.lines().count()).as(told).isLessThan(MOST_LINES);
        assertThat(Simulation.run(seed, Plan.of(seed, known.depth(), known.faults()), EnumSet.noneOf(Defect.class))
                .violation()).as("without it").isEmpty();
        if (!isWritten) {
            write(known, seed);
        }
    }

    private static long seed(Known known) throws IOException {
        String row = Files.readAllLines(README).stream().filter(known::isRow).findFirst().orElseThrow();
        long seed = Long.parseLong(row.substring(row.lastIndexOf("| ", row.length() - 3) + 2, row.length() - 2));
        assertThat(row).isEqualTo(known.row(seed));
        assertThat(seed).isLessThan(SEEDS);
        return seed;
    }

    private static void write(Known known, long seed) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(README));
        lines.removeIf(known::isRow);
        String last = lines.stream().filter(line -> line.startsWith("|")).toList().getLast();
        lines.add(lines.lastIndexOf(last) + 1, known.row(seed));
        Files.write(README, lines);
    }
}
