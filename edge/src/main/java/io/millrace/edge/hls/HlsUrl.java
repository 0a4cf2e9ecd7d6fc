package io.millrace.edge.hls;

import io.millrace.edge.exchange.HttpOutput;
import io.millrace.media.StreamName;
import io.millrace.platform.log.EpochName;
import java.util.Optional;

/** The URL of an HLS playlist or segment. Immutable. */
sealed interface HlsUrl {
    /** {@code /live/show.m3u8} */
    record Multivariant(String stream) implements HlsUrl {}

    /**
     * {@code /live/show/@17.8c1e2f3a9b0d/ts/index.m3u8}, or for a run of epochs
     * {@code /live/show/@17.8c1e2f3a9b0d-29.03d2b96b7a11/ts/index.m3u8}
     */
    record MediaPlaylist(String stream, EpochName first, EpochName last) implements HlsUrl {}

    /** {@code /live/show/@17.8c1e2f3a9b0d/ts/5.ts} */
    record Segment(String stream, EpochName epoch, long number) implements HlsUrl {}

    /** Parses a percent-decoded path that begins with a slash; empty if it is not an HLS URL. */
    static Optional<HlsUrl> parse(String path) {
        int media = path.indexOf("/@");
        if (media > 0) {
            return media(path.substring(1, media), path.substring(media + 2));
        }
        return HttpOutput.streamOf(path, ".m3u8").map(Multivariant::new);
    }

    /**
     * Parses a media URL, which most requests have.
     *
     * @param rest the part after {@code @}, such as {@code 17.8c1e2f3a9b0d/ts/5.ts}
     */
    private static Optional<HlsUrl> media(String stream, String rest) {
        int slash = rest.indexOf('/');
        if (slash < 0 || !rest.startsWith("/ts/", slash) || StreamName.problem(stream).isPresent()) {
            return Optional.empty();
        }
        String epochs = rest.substring(0, slash);
        String file = rest.substring(slash + "/ts/".length());
        int dash = epochs.indexOf('-');
        Optional<EpochName> first = EpochName.parse(dash < 0 ? epochs : epochs.substring(0, dash));
        Optional<EpochName> last = dash < 0 ? first : EpochName.parse(epochs.substring(dash + 1));
        if (first.isEmpty() || last.isEmpty() || last.get().number() < first.get().number()) {
            return Optional.empty();
        }
        if (file.equals("index.m3u8")) {
            return Optional.of(new MediaPlaylist(stream, first.get(), last.get()));
        }
        long segment = file.endsWith(".ts") ? EpochName.number(file.substring(0, file.length() - ".ts".length())) : -1;
        return dash < 0 && segment >= 0
                ? Optional.of(new Segment(stream, first.get(), segment))
                : Optional.empty();
    }
}
