package io.millrace.edge.view;

import io.millrace.edge.view.Lineup.Listing;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.m3u8.AudioRendition;
import io.millrace.media.m3u8.ClosedCaptions;
import io.millrace.media.m3u8.IframeVariant;
import io.millrace.media.m3u8.MultivariantPlaylist;
import io.millrace.media.m3u8.MultivariantPlaylistWriter;
import io.millrace.media.m3u8.Variant;
import io.millrace.media.m3u8.Variant.VideoRange;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Renders the multivariant playlist of a {@link Lineup}: a pure function of the lineup and of the bitrates of its media
 * playlists.
 *
 * <p>In CMAF, each video track is a variant, with its audio in another playlist. Audio tracks of one codec are a group,
 * and each video track is a variant with each group: players drop the variants whose codecs they do not support.
 * Without video, each group of audio tracks is a variant.
 */
public final class VariantList {
    /** Code point of the transfer function of SMPTE ST 2084 (ISO/IEC 23091-2, 8.2). */
    private static final int TRANSFER_PQ = 16;
    /** Code point of Hybrid Log-Gamma. */
    private static final int TRANSFER_HLG = 18;

    /**
     * The bitrates of a rendition, bits per second; 0 if unknown.
     *
     * @param peak of the segment with the highest bitrate
     * @param average of all segments
     * @param iframes of the playlist of keyframes
     */
    public record Rate(long peak, long average, IframeRate iframes) {
        /** The bitrates of a rendition without keyframes. */
        public Rate(long peak, long average) {
            this(peak, average, IframeRate.NONE);
        }

        public static final Rate UNKNOWN = new Rate(0, 0, IframeRate.NONE);

        /** Returns the bitrate of the listed segments. */
        public static Rate of(RenditionView view) {
            return new Rate(view.peakBitrate(), view.averageBitrate(), view.iframeRate());
        }

        /** Returns the bitrate of the segments of a block from {@code number} on. */
        public static Rate of(PlaylistBlock block, long number) {
            return new Rate(block.peakBitrate(number), block.averageBitrate(number), block.iframeRate(number));
        }

        private Rate plus(Rate other) {
            return new Rate(peak + other.peak, average + other.average, iframes);
        }

        private Rate max(Rate other) {
            return new Rate(Math.max(peak, other.peak), Math.max(average, other.average), iframes);
        }
    }

    private final Lineup lineup;
    /** Returns the URI of a playlist of a rendition by the playlist's name. */
    private final BiFunction<RenditionId, String, String> uri;
    private final Function<RenditionId, Rate> rates;
    /** GROUP-IDs by the channels of captions. */
    private final Map<List<String>, String> captionGroups;

    private VariantList(Lineup lineup, BiFunction<RenditionId, String, String> uri,
            Function<RenditionId, Rate> rates) {
        this.lineup = lineup;
        this.uri = uri;
        this.rates = rates;
        captionGroups = captionGroups();
    }

    /** Renders the multivariant playlist of a live epoch. */
    public static RenderedText render(StreamEntry entry, Lineup lineup, EpochView view) {
        return new VariantList(lineup, (each, name) -> mediaUri(entry.stream(), entry.name(), entry.name(), each, name),
                each -> Rate.of(view.of(each))).render();
    }

    /** Renders the multivariant playlist of a range of past media. */
    public static RenderedText render(PastRange range, Lineup lineup, Function<RenditionId, Rate> rates) {
        String query = range.query();
        return new VariantList(lineup,
                (each, name) -> mediaUri(range.stream(), range.first(), range.last(), each, name) + query, rates)
                .render();
    }

    /** Returns the URI of a playlist of the rendition, relative to {@code /live/show.m3u8}. */
    private static String mediaUri(String stream, EpochName first, EpochName last, RenditionId rendition,
            String playlist) {
        String epochs = first.equals(last) ? first.toString() : first + "-" + last;
        return stream.substring(stream.lastIndexOf('/') + 1) + "/@" + epochs + '/'
                + new RenditionFiles(rendition).name() + '/' + playlist;
    }

    private RenderedText render() {
        Map<Codec, List<Listing>> groups = new LinkedHashMap<>();
        List<Listing> pictures = new ArrayList<>();
        for (Listing each : lineup.listings()) {
            if (each.track() != null && each.track().kind() == Packet.Kind.AUDIO) {
                groups.computeIfAbsent(each.configs().getFirst().codec(), _ -> new ArrayList<>()).add(each);
            } else {
                pictures.add(each);
            }
        }
        List<AudioRendition> audio = new ArrayList<>();
        List<Variant> variants = new ArrayList<>();
        groups.values().forEach(group -> {
            // A single audio track without video is a variant by itself.
            boolean isGroup = !pictures.isEmpty() || group.size() > 1;
            if (isGroup) {
                audio.addAll(audio(group));
            }
            for (Listing main : pictures.isEmpty() ? group.subList(0, 1) : pictures) {
                variants.add(variant(main, group, isGroup));
            }
        });
        if (groups.isEmpty()) {
            pictures.forEach(main -> variants.add(variant(main, List.of(), false)));
        }
        List<IframeVariant> iframes = pictures.stream().flatMap(each -> iframes(each).stream()).toList();
        return RenderedText.of(MultivariantPlaylistWriter.write(
                new MultivariantPlaylist(false, audio, captions(), variants, iframes),
                lineup.format().filter(Format.CMAF::equals).isPresent()));
    }

    /** @param group the audio tracks to choose from; {@code main} may be one of them */
    private Variant variant(Listing main, List<Listing> group, boolean isGroup) {
        VideoConfig video = video(main);
        Rate sound = group.stream().map(this::rate).reduce(Rate.UNKNOWN, Rate::max);
        Rate rate = group.contains(main) ? sound : rate(main).plus(sound);
        List<String> codecs = Stream.concat(Stream.of(main), group.stream())
                .flatMap(each -> each.configs().stream()).map(CodecConfig::rfc6381).distinct().toList();
        return new Variant(uri.apply(main.rendition(), RenditionFiles.PLAYLIST), Math.max(1, rate.peak()),
                rate.average(), codecs,
                video == null ? 0 : video.width(), video == null ? 0 : video.height(),
                video == null ? 0 : video.frameRate().milliHz(), range(video), isGroup ? group(group) : null,
                main.captions().isEmpty() ? null : captionGroups.get(main.captions()));
    }

    /** Video tracks with the same channels of captions share a group. */
    private Map<List<String>, String> captionGroups() {
        Map<List<String>, String> groups = new LinkedHashMap<>();
        lineup.listings().stream().map(Listing::captions).filter(channels -> !channels.isEmpty())
                .forEach(channels -> groups.computeIfAbsent(channels, _ -> "cc" + groups.size()));
        return groups;
    }

    /** The language of captions is unknown, so they are named by their channel. */
    private List<ClosedCaptions> captions() {
        return captionGroups.entrySet().stream().flatMap(group -> group.getKey().stream().map(
                channel -> new ClosedCaptions(group.getValue(), channel, null, channel,
                        channel.equals(group.getKey().getFirst()))))
                .toList();
    }

    /** Returns the playlist of keyframes; empty if the rendition has none, or no segment begins with a keyframe. */
    private Optional<IframeVariant> iframes(Listing main) {
        IframeRate rate = rate(main).iframes();
        VideoConfig video = video(main);
        if (!new RenditionFiles(main.rendition()).hasIframes() || video == null || rate.peak() == 0) {
            return Optional.empty();
        }
        List<String> codecs = main.configs().stream().map(CodecConfig::rfc6381).distinct().toList();
        return Optional.of(new IframeVariant(uri.apply(main.rendition(), RenditionFiles.IFRAMES), rate.peak(),
                rate.average(), codecs, video.width(), video.height(), range(video)));
    }

    private Rate rate(Listing listing) {
        Rate rate = rates.apply(listing.rendition());
        return rate == null ? Rate.UNKNOWN : rate;
    }

    private static VideoConfig video(Listing listing) {
        return listing.configs().getFirst() instanceof VideoConfig config ? config : null;
    }

    /** Returns the range of a variant; null if all variants have the standard range, which need not be said. */
    private VideoRange range(VideoConfig video) {
        boolean isSaid = lineup.listings().stream().map(VariantList::video)
                .anyMatch(each -> each != null && rangeOf(each) != VideoRange.SDR);
        return video != null && isSaid ? rangeOf(video) : null;
    }

    private static VideoRange rangeOf(VideoConfig video) {
        return switch (video.color().transfer()) {
            case TRANSFER_PQ -> VideoRange.PQ;
            case TRANSFER_HLG -> VideoRange.HLG;
            default -> VideoRange.SDR;
        };
    }

    /** Returns the GROUP-ID of audio tracks: their codec. */
    private static String group(List<Listing> group) {
        return group.getFirst().configs().getFirst().codec().name().toLowerCase(Locale.ROOT);
    }

    private List<AudioRendition> audio(List<Listing> group) {
        List<AudioRendition> renditions = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Listing each : group) {
            String name = AudioNames.name(each.track());
            String unique = names.contains(name) ? name + " (" + each.track().id() + ')' : name;
            names.add(unique);
            renditions.add(new AudioRendition(group(group), unique, AudioNames.language(each.track()),
                    renditions.isEmpty(), ((AudioConfig) each.configs().getFirst()).channels(),
                    uri.apply(each.rendition(), RenditionFiles.PLAYLIST)));
        }
        return renditions;
    }
}
