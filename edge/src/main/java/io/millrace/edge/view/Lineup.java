package io.millrace.edge.view;

import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.timeline.Tracks;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The renditions that a multivariant playlist offers: all those of CMAF, or MPEG-TS. A pure function of directory
 * entries; immutable.
 *
 * @param listings the renditions in order of preference; empty if HLS carries none of the tracks
 */
public record Lineup(List<Listing> listings) {
    /** A rendition without media in all of this many segments is not offered. */
    static final int SEGMENTS_WITHOUT_MEDIA = 3;

    /**
     * One rendition.
     *
     * @param track its track in the first epoch; null for MPEG-TS, which has the default tracks
     * @param configs the configurations of its tracks in all epochs, video before audio, oldest first
     * @param captions the channels of captions in its video in any of the epochs, each once
     */
    public record Listing(RenditionId rendition, Track track, List<CodecConfig> configs, List<String> captions) {
        public Listing {
            configs = List.copyOf(configs);
            captions = List.copyOf(captions);
        }
    }

    public Lineup {
        listings = List.copyOf(listings);
    }

    /**
     * Returns the best renditions for players of today: CMAF, if all of the epochs have the same CMAF renditions and
     * browsers can play them, otherwise MPEG-TS.
     *
     * @param epochs the epochs of a range, oldest first; those whose tracks are not known have no influence
     */
    public static Lineup best(List<StreamEntry> epochs) {
        List<StreamEntry> known = known(epochs);
        List<Set<RenditionId>> sets = known.stream().<Set<RenditionId>>map(each -> Set.copyOf(of(each, Format.CMAF)))
                .distinct().toList();
        Lineup ts = ofTs(epochs);
        boolean alike = sets.size() == 1 && !sets.getFirst().isEmpty();
        if (!ts.isEmpty() && (!alike || isForTs(known.getLast()))) {
            return ts;
        }
        return ofCmaf(epochs);
    }

    /** Returns the CMAF renditions that all of the epochs have; see {@link #best}. */
    public static Lineup ofCmaf(List<StreamEntry> epochs) {
        List<StreamEntry> known = known(epochs);
        if (known.isEmpty()) {
            return new Lineup(List.of());
        }
        Set<RenditionId> common = new LinkedHashSet<>(of(known.getFirst(), Format.CMAF));
        known.forEach(epoch -> common.retainAll(Set.copyOf(of(epoch, Format.CMAF))));
        return of(List.copyOf(common), known);
    }

    /** Returns MPEG-TS, if it carries a default track of one of the epochs. */
    public static Lineup ofTs(List<StreamEntry> epochs) {
        List<StreamEntry> known = known(epochs).stream().filter(each -> !of(each, Format.TS).isEmpty()).toList();
        return known.isEmpty() ? new Lineup(List.of()) : of(List.of(RenditionId.TS), known);
    }

    /** Returns whether the tracks of an epoch are known and HLS carries none of them. */
    public static boolean isImpossible(StreamEntry epoch) {
        return !epoch.session().tracks().isEmpty() && best(List.of(epoch)).isEmpty();
    }

    /** Returns whether an epoch has a rendition, or may have it because its tracks are not known. */
    public static boolean mayHave(StreamEntry epoch, RenditionId rendition) {
        return epoch.session().tracks().isEmpty() || renditions(epoch).contains(rendition);
    }

    private static List<StreamEntry> known(List<StreamEntry> epochs) {
        return epochs.stream().filter(epoch -> !epoch.session().tracks().isEmpty()).toList();
    }

    private static List<RenditionId> of(StreamEntry epoch, Format format) {
        return renditions(epoch).stream().filter(each -> each.format() == format).toList();
    }

    private static List<RenditionId> renditions(StreamEntry epoch) {
        return Renditions.of(epoch.rules(), epoch.session().tracks());
    }

    /**
     * Returns whether MPEG-TS suits browsers better: they reject MP3 in MP4, and play H.264 with MP3 in MPEG-TS by way
     * of hls.js. Further tracks, which MPEG-TS does not have, matter less than sound.
     */
    private static boolean isForTs(StreamEntry epoch) {
        Tracks tracks = Tracks.of(epoch.session().tracks());
        boolean otherSound = epoch.session().tracks().stream()
                .anyMatch(each -> each.kind() == Packet.Kind.AUDIO && !each.codec().equals(Codec.MP3.name()));
        return tracks.audio() != null && !otherSound
                && (tracks.video() == null || tracks.video().codec() == Codec.AVC)
                && tracks.in(Format.TS, epoch.rules()).equals(tracks);
    }

    /** Leaves out renditions without a readable configuration. */
    private static Lineup of(List<RenditionId> renditions, List<StreamEntry> epochs) {
        return new Lineup(renditions.stream().map(each -> listing(each, epochs))
                .filter(each -> !each.configs().isEmpty()).toList());
    }

    private static Listing listing(RenditionId rendition, List<StreamEntry> epochs) {
        List<CodecConfig> video = new ArrayList<>();
        List<CodecConfig> audio = new ArrayList<>();
        Set<String> captions = new LinkedHashSet<>();
        Track first = null;
        for (StreamEntry epoch : epochs) {
            for (Track track : epoch.session().tracks()) {
                Optional<CodecConfig> config = Renditions.codec(rendition, epoch.rules(), track).isPresent()
                        ? Tracks.config(track)
                        : Optional.empty();
                config.ifPresent((track.kind() == Packet.Kind.VIDEO ? video : audio)::add);
                config.ifPresent(_ -> captions.addAll(track.captions()));
                first = first == null && config.isPresent() ? track : first;
            }
        }
        video.addAll(audio);
        return new Listing(rendition, rendition.format() == Format.TS ? null : first, video,
                List.copyOf(captions));
    }

    public boolean isEmpty() {
        return listings.isEmpty();
    }

    /** Returns the format of all renditions; empty if there are none. */
    public Optional<Format> format() {
        return listings.stream().map(each -> each.rendition().format()).findFirst();
    }

    public List<RenditionId> renditions() {
        return listings.stream().map(Listing::rendition).toList();
    }

    /**
     * Returns whether it is known which renditions have media. Players do not load the multivariant playlist of a live
     * stream again, so it waits for a segment of each rendition, but not for long. In CMAF, their playlists need the
     * tracks of the epoch.
     */
    public boolean isReady(EpochView view) {
        List<RenditionView> views = renditions().stream().map(view::of).toList();
        boolean isCmaf = renditions().stream().anyMatch(each -> each.format() == Format.CMAF);
        return !views.isEmpty() && (view.tracksKnown() || !isCmaf) && (views.stream().allMatch(RenditionView::isListed)
                || views.stream().anyMatch(each -> each.isListed() && (view.ended() || isOld(each))));
    }

    /** Returns the renditions that have media, or may have some soon; if none has any, all that are listed. */
    public Lineup in(EpochView view) {
        List<Listing> listed = listings.stream().filter(each -> view.of(each.rendition()).isListed()).toList();
        List<Listing> playable = listed.stream().filter(each -> {
            RenditionView its = view.of(each.rendition());
            return its.peakBitrate() > 0 || !isOld(its);
        }).toList();
        return new Lineup(playable.isEmpty() ? listed : playable);
    }

    private static boolean isOld(RenditionView view) {
        return view.newest() + 1 >= SEGMENTS_WITHOUT_MEDIA;
    }
}
