package io.millrace.platform.kick;

import io.millrace.platform.log.Kick;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KickListenersTest {
    private static final long NOW_MS = 1_767_225_600_000L;

    @Test
    void listenersAreCalledUntilTheyLeave() {
        var listeners = new KickListeners();
        List<String> called = new ArrayList<>();
        var first = listeners.add(kick -> called.add("first " + kick.key().stream()));
        listeners.add(kick -> called.add("second " + kick.key().stream()));
        listeners.read(kick("live/a"));
        first.close();
        listeners.read(kick("live/b"));
        assertThat(called).containsExactly("first live/a", "second live/a", "second live/b");
    }

    private static Kick kick(String stream) {
        return new KickOrder(null, "").publisher(stream, NOW_MS);
    }

    @Test
    void logLineSaysWhatHappensToWhom() {
        assertThat(Kicks.words(kick("live/a"), NOW_MS)).isEqualTo("an operator has disconnected the publisher");
        assertThat(Kicks.words(new KickOrder(60L, "music").publisher("live/a", NOW_MS), NOW_MS))
                .isEqualTo("an operator has disconnected the publisher, and publishers are refused until"
                        + " 2026-01-01T00:01:00.000Z: music");
        assertThat(Kicks.words(new Kick(new Kick.Key("live/a", Kick.Target.VIEWER, "9f86"), NOW_MS, NOW_MS + 1_000, ""),
                NOW_MS)).isEqualTo("an operator has disconnected the viewer 9f86, who is refused until"
                        + " 2026-01-01T00:00:01.000Z");
        assertThat(Kicks.words(new KickOrder(null, "").viewers("live/a", null, NOW_MS), NOW_MS))
                .isEqualTo("an operator has disconnected all viewers");
        assertThat(Kicks.words(new KickOrder(null, "").viewers("live/a", "flv", NOW_MS), NOW_MS))
                .isEqualTo("an operator has disconnected all flv viewers");
    }
}
