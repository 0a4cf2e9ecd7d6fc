package io.millrace.edge.view;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.media.m3u8.PartsPlaylist;
import io.millrace.platform.log.RenditionId;
import java.util.function.Supplier;

/**
 * Rendered playlists with parts of one epoch, each as of one part. They never change, so that all views and all
 * requests share them. Thread-safe; bounded.
 */
final class PartsTexts {
    /** Limit of the plain texts of one epoch. */
    private static final long LIMIT_BYTES = 4 << 20;

    /** @param at the newest part that is listed */
    private record Key(RenditionId rendition, Front at, PartsPlaylist.Skip skip) {}

    private final Cache<Key, RenderedText> texts = Caffeine.newBuilder().maximumWeight(LIMIT_BYTES)
            .<Key, RenderedText>weigher((_, text) -> text.plain().length).executor(Runnable::run).build();

    RenderedText get(RenditionId rendition, Front at, PartsPlaylist.Skip skip, Supplier<RenderedText> render) {
        return texts.get(new Key(rendition, at, skip), _ -> render.get());
    }
}
