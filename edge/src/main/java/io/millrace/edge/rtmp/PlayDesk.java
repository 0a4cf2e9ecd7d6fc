package io.millrace.edge.rtmp;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.feed.FlvSource;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.Selection;
import io.millrace.edge.live.Tracks;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.flv.FourCc;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.rtmp.PlayAnswer;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.platform.rtmp.PlayRequest;
import io.millrace.platform.rtmp.Player;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Answers players of RTMP, with the states of the contract. Thread-safe; called on event loops. */
public final class PlayDesk implements PlayApplication {
    static final String NOT_FOUND = "NetStream.Play.StreamNotFound";
    static final String FAILED = "NetStream.Play.Failed";

    private static final Pattern PAST = Pattern.compile("(^|&)(start|end)=");

    private final Directory directory;
    private final FlvSource source;
    private final Viewers viewers;
    private final int limit;
    private final EdgeMeters meters;
    private final AtomicInteger players = new AtomicInteger();

    /** @param limit players at one time, those included that are held */
    public PlayDesk(Directory directory, FlvSource source, Viewers viewers, int limit, EdgeMeters meters) {
        this.directory = directory;
        this.source = source;
        this.viewers = viewers;
        this.limit = limit;
        this.meters = meters;
    }

    @Override
    public PlayAnswer play(PlayRequest request, Player player) {
        String stream = request.stream().value();
        Optional<PlayAnswer.Refused> refusal = refusal(request, stream);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (players.incrementAndGet() > limit) {
            players.decrementAndGet();
            return new PlayAnswer.Refused(FAILED, "this edge is full");
        }
        var viewer = new RtmpViewer(request, player, this, source, viewers, meters);
        viewer.goOn(true, true);
        return new PlayAnswer.Accepted(viewer);
    }

    /** One that was accepted is gone. */
    void left() {
        players.decrementAndGet();
    }

    private Optional<PlayAnswer.Refused> refusal(PlayRequest request, String stream) {
        if (PAST.matcher(request.query()).find()) {
            return Optional.of(new PlayAnswer.Refused(FAILED,
                    "RTMP plays what is live; the past is at /" + stream + ".flv?start= and .m3u8?start= by HTTP"));
        }
        Optional<StreamEntry> entry = directory.newest(stream);
        if (entry.isEmpty()) {
            boolean expired = directory.presence(stream) == Directory.Presence.EXPIRED;
            return Optional.of(new PlayAnswer.Refused(NOT_FOUND,
                    expired ? stream + " is not kept any more" : "there is no stream " + stream));
        }
        if (hasEnded(stream)) {
            return Optional.of(new PlayAnswer.Refused(NOT_FOUND, stream + " has ended"));
        }
        // While the publisher is away nobody knows which codecs it comes back with.
        return entry.get().state() == StreamEntry.State.LIVE && playable(request).isEmpty()
                ? Optional.of(new PlayAnswer.Refused(FAILED, unplayable(request)))
                : Optional.empty();
    }

    boolean hasEnded(String stream) {
        return directory.newest(stream).map(StreamEntry::state)
                .orElse(StreamEntry.State.ENDED) == StreamEntry.State.ENDED;
    }

    /**
     * The tracks of the stream that the player takes, all of them while none is known; empty if it takes none of those that
     * there are. A codec that needs Enhanced RTMP goes to players that have named it.
     */
    Optional<Selection> playable(PlayRequest request) {
        Tracks tracks = tracks(request);
        boolean lacksVideo = tracks.video() != null && !takes(request, tracks.video().codec());
        boolean lacksAudio = tracks.audio() != null && !takes(request, tracks.audio().codec());
        if (!lacksVideo && !lacksAudio) {
            return Optional.of(Selection.ALL);
        }
        Selection rest = lacksVideo ? Selection.AUDIO : Selection.VIDEO;
        return lacksVideo && lacksAudio || rest.of(tracks).isEmpty() ? Optional.empty() : Optional.of(rest);
    }

    /** Why there is nothing that the player could show. */
    String unplayable(PlayRequest request) {
        Tracks tracks = tracks(request);
        String codecs = Stream.of(tracks.video(), tracks.audio()).filter(Objects::nonNull).map(CodecConfig::codec)
                .map(codec -> FourCc.of(codec).text()).collect(Collectors.joining(" and "));
        return request.stream() + " has nothing but " + codecs
                + ", which needs a player of Enhanced RTMP that names it in fourCcList";
    }

    private Tracks tracks(PlayRequest request) {
        return directory.newest(request.stream().value()).map(entry -> Tracks.of(entry.tracks()))
                .orElse(new Tracks(null, null));
    }

    /** RTMP could always carry the first three. */
    private static boolean takes(PlayRequest request, Codec codec) {
        return codec == Codec.AVC || codec == Codec.AAC || codec == Codec.MP3
                || request.takes(FourCc.of(codec).text());
    }
}
