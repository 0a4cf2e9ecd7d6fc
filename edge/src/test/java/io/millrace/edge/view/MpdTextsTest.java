package io.millrace.edge.view;

import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MpdTextsTest {
    private static final StreamEntry ENTRY = Records.entry("live/show", 17, StreamEntry.State.LIVE);

    private final MpdTexts texts = new MpdTexts();
    private int rendered;
    private final Supplier<Optional<RenderedText>> render = () -> Optional
            .of(RenderedText.of("MPD " + rendered++));

    private static EpochView view() {
        return new EpochView(Map.of(), false, null, false, null);
    }

    private String get(EpochView view, StreamEntry entry) {
        return new String(texts.get(view, entry, render).orElseThrow().plain(), StandardCharsets.US_ASCII);
    }

    @Test
    void rendersOncePerView() {
        EpochView first = view();
        assertThat(get(first, ENTRY)).isEqualTo("MPD 0");
        assertThat(get(first, ENTRY)).isEqualTo("MPD 0");
        assertThat(get(view(), ENTRY)).as("an equal view that is another").isEqualTo("MPD 1");
    }

    @Test
    void rendersAgainWhenEntryChanges() {
        EpochView view = view();
        assertThat(get(view, ENTRY)).isEqualTo("MPD 0");
        StreamEntry ended = Records.entry("live/show", 17, StreamEntry.State.ENDED);
        assertThat(get(view, ended)).isEqualTo("MPD 1");
        assertThat(get(view, ended)).isEqualTo("MPD 1");
    }
}
