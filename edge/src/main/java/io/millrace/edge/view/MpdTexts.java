package io.millrace.edge.view;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.platform.log.StreamEntry;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The rendered MPDs of live windows, one for each view of an epoch, so that viewers share the text and its compressed
 * form until the next record of the index, which makes another view. Views that nobody holds any more are forgotten.
 * Thread-safe; bounded.
 */
public final class MpdTexts {
    /** Views that are remembered. */
    private static final int VIEWS_LIMIT = 1_000;

    /** @param text empty if the window lists nothing */
    private record Rendered(StreamEntry entry, Optional<RenderedText> text) {}

    private final Cache<EpochView, Rendered> texts = Caffeine.newBuilder().weakKeys().maximumSize(VIEWS_LIMIT)
            .executor(Runnable::run).build();

    /**
     * Returns the MPD of a view.
     *
     * @param entry the directory entry of the epoch; the MPD is rendered again if it has changed
     */
    public Optional<RenderedText> get(EpochView view, StreamEntry entry, Supplier<Optional<RenderedText>> render) {
        Rendered known = texts.getIfPresent(view);
        if (known == null || !known.entry().equals(entry)) {
            known = new Rendered(entry, render.get());
            texts.put(view, known);
        }
        return known.text();
    }
}
