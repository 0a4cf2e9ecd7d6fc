package io.millrace.edge.rtmp;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.feed.FlvSource;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.Tracks;
import io.millrace.media.codec.Codec;
import io.millrace.media.flv.FourCc;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.rtmp.PlayAnswer;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.platform.rtmp.PlayRequest;
import io.millrace.platform.rtmp.Player;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
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
        return unplayable(request).map(why -> new PlayAnswer.Refused(FAILED, why));
    }

    boolean hasEnded(String stream) {
        return directory.newest(stream).map(StreamEntry::state)
                .orElse(StreamEntry.State.ENDED) == StreamEntry.State.ENDED;
    }

    /**
     * Why the player could not show the stream, if it could not: it has a codec that needs Enhanced RTMP, and the player has
     * not said that it takes it. To leave the track out would be a stream without its picture, which nobody understands.
     */
    Optional<String> unplayable(PlayRequest request) {
        Tracks tracks = directory.newest(request.stream().value()).map(entry -> Tracks.of(entry.tracks()))
                .orElse(new Tracks(null, null));
        return Stream.of(Optional.ofNullable(tracks.video()).map(video -> video.codec()),
                Optional.ofNullable(tracks.audio()).map(audio -> audio.codec())).flatMap(Optional::stream)
                .filter(codec -> !isLegacy(codec) && !request.takes(FourCc.of(codec).text())).findFirst()
                .map(codec -> request.stream() + " has " + codec + ", which needs a player of Enhanced RTMP that says "
                        + FourCc.of(codec).text() + " in fourCcList");
    }

    /** What RTMP could always carry. */
    private static boolean isLegacy(Codec codec) {
        return codec == Codec.AVC || codec == Codec.AAC || codec == Codec.MP3;
    }
}
