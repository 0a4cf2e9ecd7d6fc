package io.millrace.launcher.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests the check of VLC's frames. On a fast machine, its rule for late frames is never used. */
class ScreenPlayerTest {
    private static final List<String> PUBLISHED = pictures("whole", 100);

    @Test
    void punctualPlayerShowsRunWithoutGap() {
        assertAccepted(PUBLISHED.subList(10, 90), 0);
        assertRefused(without(PUBLISHED.subList(10, 90), 40, 41), 0);
        assertRefused(List.of(), 0);
    }

    @Test
    void punctualPlayerShowsOnlyWholeFrames() {
        assertRefused(with(PUBLISHED.subList(10, 90), 40, pictures("broken", 1)), 0);
    }

    @Test
    void eachResetExcusesGapAndOneBrokenGop() {
        List<String> holed = without(PUBLISHED, 40, 50);
        assertAccepted(holed, 1);
        assertAccepted(with(holed, 40, pictures("broken", PlayersIT.GROUP_FRAMES)), 1);
        assertRefused(with(holed, 40, pictures("broken", PlayersIT.GROUP_FRAMES + 1)), 1);
        assertAccepted(with(holed, 40, pictures("broken", PlayersIT.GROUP_FRAMES + 1)), 2);
    }

    @Test
    void latePlayerShowsWholeFramesInOrder() {
        List<String> repeated = new ArrayList<>(PUBLISHED.subList(10, 90));
        repeated.addAll(PUBLISHED.subList(20, 30));
        assertRefused(repeated, 1);
        assertRefused(pictures("broken", 10), 1);
    }

    private static void assertAccepted(List<String> shown, int resets) {
        assertThatCode(() -> ScreenPlayer.Vlc.assertRunOf(PUBLISHED, shown, resets)).doesNotThrowAnyException();
    }

    private static void assertRefused(List<String> shown, int resets) {
        assertThatThrownBy(() -> ScreenPlayer.Vlc.assertRunOf(PUBLISHED, shown, resets))
                .isInstanceOf(AssertionError.class);
    }

    private static List<String> pictures(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> name + i).toList();
    }

    private static List<String> without(List<String> pictures, int from, int to) {
        return IntStream.range(0, pictures.size()).filter(i -> i < from || i >= to).mapToObj(pictures::get).toList();
    }

    private static List<String> with(List<String> pictures, int at, List<String> more) {
        List<String> all = new ArrayList<>(pictures);
        all.addAll(at, more);
        return all;
    }
}
