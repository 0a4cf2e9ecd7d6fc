package io.millrace.edge.dash;

import io.millrace.edge.exchange.HttpOutput;
import io.millrace.edge.view.MpdText;
import io.millrace.media.StreamName;
import io.millrace.platform.log.EpochName;
import java.util.Optional;

/** The URL of an MPD. Immutable. */
sealed interface DashUrl {
    /** {@code /live/show.mpd}: the newest epoch of a stream, or a range. */
    record Stream(String stream) implements DashUrl {}

    /**
     * {@code /live/show/@17.8c1e2f3a9b0d/index.mpd}, or for a run of epochs
     * {@code /live/show/@17.8c1e2f3a9b0d-29.03d2b96b7a11/index.mpd}
     */
    record Epochs(String stream, EpochName first, EpochName last) implements DashUrl {}

    /** Parses a percent-decoded path that begins with a slash; empty if it is not such a URL. */
    static Optional<DashUrl> parse(String path) {
        int media = path.indexOf("/@");
        String end = "/" + MpdText.FILE;
        if (media > 0 && path.endsWith(end) && media + 2 <= path.length() - end.length()) {
            return epochs(path.substring(1, media), path.substring(media + 2, path.length() - end.length()));
        }
        return HttpOutput.streamOf(path, ".mpd").map(Stream::new);
    }

    private static Optional<DashUrl> epochs(String stream, String names) {
        int dash = names.indexOf('-');
        Optional<EpochName> first = EpochName.parse(dash < 0 ? names : names.substring(0, dash));
        Optional<EpochName> last = dash < 0 ? first : EpochName.parse(names.substring(dash + 1));
        if (first.isEmpty() || last.isEmpty() || last.get().number() < first.get().number()
                || StreamName.problem(stream).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(new Epochs(stream, first.get(), last.get()));
    }
}
