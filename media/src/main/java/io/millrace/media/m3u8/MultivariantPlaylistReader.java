package io.millrace.media.m3u8;

import io.millrace.media.bytes.MalformedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Parses the text of a multivariant playlist, for tests and tools. Unknown tags and attributes are ignored. */
public final class MultivariantPlaylistReader {
    private static final String STREAM_INF = "EXT-X-STREAM-INF";
    private static final String IFRAME_STREAM_INF = "EXT-X-I-FRAME-STREAM-INF";
    private static final String MEDIA = "EXT-X-MEDIA";

    private MultivariantPlaylistReader() {}

    /**
     * Parses the text of one playlist.
     *
     * @throws MalformedException if the text violates the standard
     */
    public static MultivariantPlaylist read(String text) {
        boolean independent = false;
        List<AudioRendition> audio = new ArrayList<>();
        List<ClosedCaptions> captions = new ArrayList<>();
        List<Variant> variants = new ArrayList<>();
        List<IframeVariant> iframes = new ArrayList<>();
        AttributeList attributes = null;
        for (String line : PlaylistLines.parse(text)) {
            switch (PlaylistLines.name(line)) {
                case "EXT-X-INDEPENDENT-SEGMENTS" -> independent = true;
                case MEDIA -> {
                    AttributeList media = AttributeList.parse(MEDIA, PlaylistLines.value(line));
                    audio(media, audio);
                    captions(media, captions);
                }
                case IFRAME_STREAM_INF ->
                    iframes.add(iframes(AttributeList.parse(IFRAME_STREAM_INF, PlaylistLines.value(line))));
                case STREAM_INF -> attributes = AttributeList.parse(STREAM_INF, PlaylistLines.value(line));
                case "" -> {
                    if (attributes == null) {
                        throw MalformedException.value(PlaylistLines.STRUCTURE, STREAM_INF, "missing",
                                "one before every URI");
                    }
                    variants.add(variant(attributes, line));
                    attributes = null;
                }
                default -> {
                    // A tag of a later standard, or one that MultivariantPlaylist does not represent.
                }
            }
        }
        for (Variant variant : variants) {
            if (variant.audioGroup() != null
                    && audio.stream().noneMatch(each -> each.group().equals(variant.audioGroup()))) {
                throw MalformedException.value(STREAM_INF, "AUDIO", variant.audioGroup(), "a GROUP-ID of EXT-X-MEDIA");
            }
            if (variant.captionsGroup() != null
                    && captions.stream().noneMatch(each -> each.group().equals(variant.captionsGroup()))) {
                throw MalformedException.value(STREAM_INF, "CLOSED-CAPTIONS", variant.captionsGroup(),
                        "a GROUP-ID of EXT-X-MEDIA");
            }
        }
        return new MultivariantPlaylist(independent, audio, captions, variants, iframes);
    }

    /** Adds the captions if the attributes are those of captions. */
    private static void captions(AttributeList attributes, List<ClosedCaptions> captions) {
        if (attributes.token("TYPE").orElse("").equals("CLOSED-CAPTIONS")) {
            String channel = required(attributes, "INSTREAM-ID");
            try {
                captions.add(new ClosedCaptions(required(attributes, "GROUP-ID"), required(attributes, "NAME"),
                        attributes.quoted("LANGUAGE").orElse(null), channel,
                        attributes.token("DEFAULT").orElse("NO").equals("YES")));
            } catch (IllegalArgumentException e) {
                throw MalformedException.value(MEDIA, "INSTREAM-ID", channel, "CC1 to CC4, SERVICE1 to SERVICE63");
            }
        }
    }

    private static IframeVariant iframes(AttributeList attributes) {
        String uri = attributes.quoted("URI").orElse("");
        Variant like = variant(attributes, uri);
        return new IframeVariant(uri, like.bandwidth(), like.averageBandwidth(), like.codecs(), like.width(),
                like.height(), like.videoRange());
    }

    /** Adds the rendition if it has audio in a playlist of its own. */
    private static void audio(AttributeList attributes, List<AudioRendition> audio) {
        String uri = attributes.quoted("URI").orElse(null);
        if (uri == null || !attributes.token("TYPE").orElse("").equals("AUDIO")) {
            return;
        }
        requireUri(uri);
        String channels = attributes.quoted("CHANNELS").orElse("0").split("/", 2)[0];
        long count = PlaylistLines.integer("CHANNELS", channels);
        if (count > Byte.MAX_VALUE) {
            throw MalformedException.value(MEDIA, "CHANNELS", channels, "at most " + Byte.MAX_VALUE);
        }
        audio.add(new AudioRendition(required(attributes, "GROUP-ID"), required(attributes, "NAME"),
                attributes.quoted("LANGUAGE").orElse(null), attributes.token("DEFAULT").orElse("NO").equals("YES"),
                (int) count, uri));
    }

    private static String required(AttributeList attributes, String name) {
        return attributes.quoted(name).orElseThrow(() -> MalformedException.value(MEDIA, name, "missing", "present"));
    }

    private static void requireUri(String uri) {
        if (uri.isEmpty() || uri.startsWith("#") || uri.chars().anyMatch(c -> c <= ' ')) {
            throw MalformedException.value(PlaylistLines.STRUCTURE, "URI", uri, "a URI without whitespace");
        }
    }

    private static Variant variant(AttributeList attributes, String uri) {
        long bandwidth = number(attributes, "BANDWIDTH");
        if (bandwidth < 1) {
            throw MalformedException.value(STREAM_INF, "BANDWIDTH", bandwidth, "1 or more bits per second (required)");
        }
        requireUri(uri);
        String[] size = attributes.token("RESOLUTION").orElse("0x0").split("x", -1);
        if (size.length != 2) {
            throw MalformedException.value(STREAM_INF, "RESOLUTION", String.join("x", size), "WIDTHxHEIGHT");
        }
        return new Variant(uri, bandwidth, number(attributes, "AVERAGE-BANDWIDTH"),
                attributes.quoted("CODECS").map(c -> List.of(c.split(","))).orElse(List.of()), pixels(size[0]),
                pixels(size[1]), milliHz(attributes), range(attributes), attributes.quoted("AUDIO").orElse(null),
                attributes.quoted("CLOSED-CAPTIONS").orElse(null));
    }

    private static Variant.VideoRange range(AttributeList attributes) {
        String name = attributes.token("VIDEO-RANGE").orElse(null);
        return Arrays.stream(Variant.VideoRange.values()).filter(range -> range.name().equals(name)).findFirst()
                .orElse(null);
    }

    private static long number(AttributeList attributes, String name) {
        return attributes.token(name).map(v -> PlaylistLines.integer(name, v)).orElse(0L);
    }

    private static int pixels(String value) {
        long pixels = PlaylistLines.integer("RESOLUTION", value);
        if (pixels > 1 << 16) {
            throw MalformedException.value(STREAM_INF, "RESOLUTION", value, "at most 65536");
        }
        return (int) pixels;
    }

    private static int milliHz(AttributeList attributes) {
        long milliHz = attributes.token("FRAME-RATE").map(v -> FixedPoint.parse(v, 1000, "FRAME-RATE")).orElse(0L);
        if (milliHz > 1_000_000) {
            throw MalformedException.value(STREAM_INF, "FRAME-RATE", milliHz, "at most 1000000 (1000 per second)");
        }
        return (int) milliHz;
    }
}
