package io.millrace.edge.hls;

import io.millrace.edge.exchange.HttpOutput;
import io.millrace.media.StreamName;
import java.util.Optional;

/** A URL of HLS. Immutable. */
sealed interface HlsUrl {
    /** {@code /live/show.m3u8} */
    record Multivariant(String stream) implements HlsUrl {}

    /** {@code /live/show/@17/ts/index.m3u8}, or for a run of epochs {@code /live/show/@17-29/ts/index.m3u8} */
    record MediaPlaylist(String stream, long firstEpoch, long lastEpoch) implements HlsUrl {}

    /** {@code /live/show/@17/ts/5.ts} */
    record Segment(String stream, long epoch, long number) implements HlsUrl {}

    /** Decimal digits that always fit a long. */
    int LONGEST_NUMBER = 18;

    /** Returns the URL with a percent-decoded path; empty if it is not a URL of HLS. */
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
     * @param rest the part after {@code @}, such as {@code 17/ts/5.ts}
     */
    private static Optional<HlsUrl> media(String stream, String rest) {
        int slash = rest.indexOf('/');
        if (slash < 0 || !rest.startsWith("/ts/", slash) || StreamName.problem(stream).isPresent()) {
            return Optional.empty();
        }
        String epochs = rest.substring(0, slash);
        String file = rest.substring(slash + "/ts/".length());
        int dash = epochs.indexOf('-');
        long first = number(dash < 0 ? epochs : epochs.substring(0, dash));
        long last = dash < 0 ? first : number(epochs.substring(dash + 1));
        if (file.equals("index.m3u8")) {
            return first >= 0 && last >= first
                    ? Optional.of(new MediaPlaylist(stream, first, last))
                    : Optional.empty();
        }
        long segment = file.endsWith(".ts") ? number(file.substring(0, file.length() - ".ts".length())) : -1;
        return first >= 0 && dash < 0 && segment >= 0
                ? Optional.of(new Segment(stream, first, segment))
                : Optional.empty();
    }

    /** Returns -1 unless the number is in canonical form, so that every segment has a single URL. */
    private static long number(String digits) {
        boolean isOne = !digits.isEmpty() && digits.length() <= LONGEST_NUMBER
                && (digits.charAt(0) != '0' || digits.length() == 1)
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return isOne ? Long.parseLong(digits) : -1;
    }
}
