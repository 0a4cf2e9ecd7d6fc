package io.millrace.edge.hls;

import io.millrace.edge.exchange.HttpOutput;
import io.millrace.edge.view.Front;
import io.millrace.edge.view.RenditionFiles;
import io.millrace.media.StreamName;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.RenditionId;
import java.util.Optional;

/** The URL of an HLS playlist, segment or init section. Immutable. */
sealed interface HlsUrl {
    String stream();

    /**
     * {@code /live/show.m3u8}: the multivariant playlist of the format that suits the stream; or
     * {@code /live/show@ts.m3u8}: that of MPEG-TS, for players without CMAF.
     */
    record Multivariant(String stream, boolean isTs) implements HlsUrl {}

    /**
     * {@code /live/show/@17.8c1e2f3a9b0d/video0/index.m3u8}, or for a run of epochs
     * {@code /live/show/@17.8c1e2f3a9b0d-29.03d2b96b7a11/video0/index.m3u8}; with {@code ts} for MPEG-TS. With
     * {@code iframes.m3u8} instead of {@code index.m3u8}, the playlist of the keyframes of video in CMAF
     */
    record MediaPlaylist(String stream, EpochName first, EpochName last, RenditionId rendition,
            boolean iframes) implements HlsUrl {
        /** Names the ordinary playlist. */
        MediaPlaylist(String stream, EpochName first, EpochName last, RenditionId rendition) {
            this(stream, first, last, rendition, false);
        }

        /** Returns the same playlist of another stream. */
        MediaPlaylist of(String other) {
            return new MediaPlaylist(other, first, last, rendition, iframes);
        }
    }

    /**
     * A segment, {@code /live/show/@17.8c1e2f3a9b0d/ts/5.ts} or {@code /live/show/@17.8c1e2f3a9b0d/video0/5.m4s}; a
     * part of a segment, {@code /live/show/@17.8c1e2f3a9b0d/video0/5.2.m4s}; or the init section of the segments with a
     * discontinuity number, {@code /live/show/@17.8c1e2f3a9b0d/video0/init-1.mp4}
     */
    record Media(String stream, EpochName epoch, MediaFile file) implements HlsUrl {}

    /** Parses a percent-decoded path that begins with a slash; empty if it is not an HLS URL. */
    static Optional<HlsUrl> parse(String path) {
        int media = path.indexOf("/@");
        if (media > 0) {
            return media(path.substring(1, media), path.substring(media + 2));
        }
        boolean isTs = path.endsWith(HlsEndpoint.TS_SUFFIX);
        return HttpOutput.streamOf(path, isTs ? HlsEndpoint.TS_SUFFIX : ".m3u8")
                .map(stream -> new Multivariant(stream, isTs));
    }

    /**
     * Parses a media URL, which most requests have.
     *
     * @param rest the part after {@code @}, such as {@code 17.8c1e2f3a9b0d/ts/5.ts}
     */
    private static Optional<HlsUrl> media(String stream, String rest) {
        String[] names = rest.split("/", -1);
        if (names.length != 3 || StreamName.problem(stream).isPresent()) {
            return Optional.empty();
        }
        int dash = names[0].indexOf('-');
        Optional<EpochName> first = EpochName.parse(dash < 0 ? names[0] : names[0].substring(0, dash));
        Optional<EpochName> last = dash < 0 ? first : EpochName.parse(names[0].substring(dash + 1));
        Optional<RenditionFiles> files = RenditionFiles.parse(names[1]);
        if (first.isEmpty() || last.isEmpty() || last.get().number() < first.get().number() || files.isEmpty()) {
            return Optional.empty();
        }
        RenditionId rendition = files.get().rendition();
        boolean iframes = names[2].equals(RenditionFiles.IFRAMES) && files.get().hasIframes();
        if (iframes || names[2].equals(RenditionFiles.PLAYLIST)) {
            return Optional.of(new MediaPlaylist(stream, first.get(), last.get(), rendition, iframes));
        }
        return dash < 0 ? file(stream, first.get(), files.get(), names[2]) : Optional.empty();
    }

    private static Optional<HlsUrl> file(String stream, EpochName epoch, RenditionFiles files, String name) {
        Optional<Front> part = files.partOf(name);
        if (part.isPresent()) {
            return Optional.of(new Media(stream, epoch,
                    new MediaFile(files.rendition(), false, part.get().segment(), part.get().part())));
        }
        long discontinuity = files.initOf(name);
        boolean isInit = discontinuity >= 0;
        long number = isInit ? discontinuity : files.segmentOf(name);
        return number < 0
                ? Optional.empty()
                : Optional.of(new Media(stream, epoch, new MediaFile(files.rendition(), isInit, number)));
    }
}
