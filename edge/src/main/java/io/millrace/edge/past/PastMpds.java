package io.millrace.edge.past;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.log.Requester;
import io.millrace.edge.log.SharedReads;
import io.millrace.edge.past.PastSource.Answer;
import io.millrace.edge.past.PastSource.MpdAnswer;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.MpdText;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.RangePlaylist;
import io.millrace.edge.view.RenderedText;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Renders MPDs of past media from the playlists of their renditions. Clients that request the same version share it.
 * Thread-safe; never blocks.
 */
final class PastMpds {
    /** How long a version of an MPD is cached. */
    private static final Duration VERSION_KEPT = Duration.ofSeconds(5);
    /** Memory of a cached answer in addition to its text. */
    static final int ANSWER_BYTES = 512;

    /**
     * Identifies a version of an MPD.
     *
     * @param tracks the tracks of each epoch, which may become known later than the epoch
     * @param newest number of the newest segment of the last epoch, for each rendition
     * @param live whether the last epoch has not ended
     * @param withdrawals the withdrawn ranges of the stream
     */
    record Key(PastRange range, List<List<Track>> tracks, List<Long> newest, boolean live,
            Withdrawals withdrawals) {
        /** @param view the view of the last epoch; null if it has ended */
        static Key of(PastRange range, Lineup lineup, List<StreamEntry> epochs, EpochView view,
                Withdrawals withdrawals) {
            return new Key(range, epochs.stream().map(epoch -> epoch.session().tracks()).toList(),
                    lineup.renditions().stream().map(each -> view == null
                            ? epochs.getLast().playlist().lastSegment()
                            : view.of(each).newest()).toList(),
                    view != null, withdrawals);
        }
    }

    private final SharedReads<Key, MpdAnswer> versions;

    PastMpds(long cacheBytes, Ticker ticker) {
        versions = new SharedReads<>(versions(cacheBytes).ticker(ticker).build());
    }

    static Caffeine<Key, MpdAnswer> versions(long cacheBytes) {
        return Caffeine.newBuilder().maximumWeight(cacheBytes)
                .<Key, MpdAnswer>weigher((_, answer) -> answer instanceof MpdAnswer.Rendered(RenderedText text, _, _)
                        ? (int) Math.min(Integer.MAX_VALUE, text.sizeBytes() + ANSWER_BYTES)
                        : ANSWER_BYTES)
                .expireAfterWrite(VERSION_KEPT);
    }

    /** @param read renders the version on behalf of all clients that wait for it */
    CompletableFuture<MpdAnswer> get(Key key, Requester requester,
            Function<Requester, CompletableFuture<MpdAnswer>> read) {
        return versions.get(key, requester, read);
    }

    /**
     * Renders an MPD, and compresses it, so that event loops need not: takes processor time in proportion to the
     * number of segments. Pure.
     *
     * @param answers the playlist of each rendition, in the order of the lineup
     */
    static MpdAnswer render(PastRange range, Lineup lineup, List<StreamEntry> epochs,
            Map<RenditionId, Answer> answers) {
        Map<RenditionId, RangePlaylist> playlists = new LinkedHashMap<>();
        answers.forEach((rendition, answer) -> {
            if (answer instanceof Answer.Listed(RangePlaylist playlist)) {
                playlists.put(rendition, playlist);
            }
        });
        long segments = MpdText.segments(playlists.values());
        if (segments > MpdText.SEGMENTS_LIMIT) {
            return new MpdAnswer.TooLong(segments);
        }
        boolean ended = playlists.values().stream().allMatch(RangePlaylist::ended);
        Optional<RenderedText> text = MpdText.range(range, epochs, lineup, playlists, ended,
                MpdText.Urls.of(range.stream()));
        text.ifPresent(RenderedText::gzipPieces);
        return text.<MpdAnswer>map(rendered -> new MpdAnswer.Rendered(rendered,
                playlists.values().iterator().next().targetDurationS(), ended)).orElseGet(MpdAnswer.Nothing::new);
    }
}
