package io.millrace.edge.rtmp;

import io.millrace.edge.audience.Viewers;
import io.millrace.edge.fanout.FlvSource;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.view.Selection;
import io.millrace.edge.view.TrackParameter;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.flv.FourCc;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.directory.Waiters;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.rtmp.PlayAnswer;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.platform.rtmp.PlayRequest;
import io.millrace.platform.rtmp.Player;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides requests of RTMP players, after the access policy, and counts the players. Thread-safe; called on event
 * loops.
 */
public final class PlayDesk implements PlayApplication {
    static final String NOT_FOUND = "NetStream.Play.StreamNotFound";
    static final String FAILED = "NetStream.Play.Failed";

    private static final String FULL = "this edge has reached its limit of viewers";
    private static final Pattern PAST = Pattern.compile("(^|&)(start|end)=");
    private static final Pattern TRACK = Pattern.compile("(^|&)" + TrackParameter.NAME + "=([^&]*)");

    private final AccessPolicy access;
    private final StreamDirectory directory;
    private final FlvSource source;
    private final Viewers viewers;
    private volatile int limit;
    private final EdgeMeters meters;
    private final HoldTimer timer;
    private final AtomicInteger players = new AtomicInteger();
    private final AtomicInteger held = new AtomicInteger();

    /**
     * @param limit maximum number of players, including held ones
     * @param timer ends the wait of held players
     */
    public PlayDesk(AccessPolicy access, StreamDirectory directory, FlvSource source, Viewers viewers, int limit,
            EdgeMeters meters, HoldTimer timer) {
        this.access = access;
        this.directory = directory;
        this.source = source;
        this.viewers = viewers;
        this.limit = limit;
        this.meters = meters;
        this.timer = timer;
    }

    /** Changes the limit, for players that come from now on. */
    public void limit(int most) {
        limit = most;
    }

    @Override
    public CompletionStage<PlayAnswer> play(PlayRequest request, Player player) {
        return access.decide(request.access()).thenComposeAsync(answer -> switch (answer) {
            case AccessDecision.Allowed allowed -> allowed(request.of(allowed.stream()), player, allowed);
            case AccessDecision.Refused(_, String description) -> refused(FAILED, description);
        }, task -> onLoop(player, task));
    }

    /** Runs {@code task} on the player's event loop; immediately if this is the event loop. */
    private static void onLoop(Player player, Runnable task) {
        if (player.loop().inEventLoop()) {
            task.run();
        } else {
            player.loop().execute(task);
        }
    }

    private static CompletionStage<PlayAnswer> refused(String code, String description) {
        return CompletableFuture.completedFuture(new PlayAnswer.Refused(code, description));
    }

    private CompletionStage<PlayAnswer> allowed(PlayRequest request, Player player,
            AccessDecision.Allowed allowed) {
        boolean waits = directory.presence(request.stream().value()) == StreamDirectory.Presence.UNKNOWN
                && !asksForPast(request) && !player.isOver();
        return waits
                ? arrival(request, player, allowed)
                : CompletableFuture.completedFuture(answer(request, player, allowed));
    }

    /**
     * Waits for an unknown stream, because another edge may know it already, until the player leaves. The player counts
     * meanwhile.
     */
    private CompletionStage<PlayAnswer> arrival(PlayRequest request, Player player,
            AccessDecision.Allowed allowed) {
        if (players.incrementAndGet() > limit) {
            players.decrementAndGet();
            return refused(FAILED, FULL);
        }
        CompletableFuture<StreamEntry> entry = new CompletableFuture<>();
        Future<?> expiry = timer.schedule(player.loop(), () -> entry.complete(null),
                TimeUnit.MILLISECONDS.toNanos(StreamDirectory.ARRIVAL_MS));
        Waiters.Waiting waiting = directory.await(request.stream().value(), _ -> true, entry::complete);
        held.incrementAndGet();
        player.whenOver(() -> entry.complete(null));
        return entry.thenApplyAsync(_ -> {
            expiry.cancel(false);
            waiting.cancel();
            held.decrementAndGet();
            players.decrementAndGet();
            return answer(request, player, allowed);
        }, task -> onLoop(player, task));
    }

    private PlayAnswer answer(PlayRequest request, Player player, AccessDecision.Allowed allowed) {
        if (player.isOver()) {
            return new PlayAnswer.Refused(FAILED, "the player has left");
        }
        String stream = request.stream().value();
        Optional<ChosenTracks> chosen = chosen(request);
        if (chosen.isEmpty()) {
            return new PlayAnswer.Refused(FAILED, TrackParameter.SYNTAX);
        }
        Optional<PlayAnswer.Refused> refusal = refusal(request, stream, chosen.get());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (players.incrementAndGet() > limit) {
            players.decrementAndGet();
            return new PlayAnswer.Refused(FAILED, FULL);
        }
        var viewer = new RtmpViewer(request, chosen.get(), player, this, source, viewers, meters);
        viewer.permit(allowed);
        viewer.resume(true, true);
        return new PlayAnswer.Accepted(viewer);
    }

    /** Returns the number of players that wait for their stream, or for its first media. */
    public int held() {
        return held.get();
    }

    /** Calls {@code giveUp} on the player's event loop unless {@link #begins} is called before. */
    Future<?> hold(Player player, Runnable giveUp) {
        held.incrementAndGet();
        return timer.schedule(player.loop(), giveUp, TimeUnit.MILLISECONDS.toNanos(RtmpViewer.HOLD_MS));
    }

    /** Called when a held player starts to play, or has left. */
    void begins(Future<?> hold) {
        hold.cancel(false);
        held.decrementAndGet();
    }

    /** Called when an accepted player has left. */
    void left() {
        players.decrementAndGet();
    }

    private Optional<PlayAnswer.Refused> refusal(PlayRequest request, String stream, ChosenTracks chosen) {
        if (asksForPast(request)) {
            return Optional.of(new PlayAnswer.Refused(FAILED,
                    "RTMP plays what is live; the past is at /" + stream + ".flv?start= and .m3u8?start= by HTTP"));
        }
        Optional<StreamEntry> entry = directory.newest(stream);
        if (entry.isEmpty()) {
            boolean expired = directory.presence(stream) == StreamDirectory.Presence.EXPIRED;
            return Optional.of(new PlayAnswer.Refused(NOT_FOUND,
                    expired ? stream + " is no longer retained" : "there is no stream " + stream));
        }
        if (hasEnded(stream)) {
            return Optional.of(new PlayAnswer.Refused(NOT_FOUND, stream + " has ended"));
        }
        // While the publisher is away, the tracks and codecs with which it will return are unknown.
        if (entry.get().state() != StreamEntry.State.LIVE) {
            return Optional.empty();
        }
        Tracks tracks = tracks(request);
        if (!tracks.isEmpty() && !TrackParameter.areIn(tracks, chosen, Selection.ALL)) {
            return Optional.of(new PlayAnswer.Refused(FAILED, TrackParameter.lacks(stream, chosen, tracks)));
        }
        return playable(request, chosen).isEmpty()
                ? Optional.of(new PlayAnswer.Refused(FAILED, unplayable(request, chosen)))
                : Optional.empty();
    }

    /** Returns the tracks that the parameter {@code track} of the stream's name chooses; empty if it is invalid. */
    private static Optional<ChosenTracks> chosen(PlayRequest request) {
        Matcher named = TRACK.matcher(request.access().query());
        return TrackParameter.parse(named.find() ? named.group(2).replace("%2C", ",").replace("%2c", ",") : null);
    }

    private static boolean asksForPast(PlayRequest request) {
        return PAST.matcher(request.access().query()).find();
    }

    boolean isAway(String stream) {
        return directory.newest(stream).filter(entry -> entry.state() == StreamEntry.State.GRACE).isPresent();
    }

    boolean hasEnded(String stream) {
        return directory.newest(stream).map(StreamEntry::state)
                .orElse(StreamEntry.State.ENDED) == StreamEntry.State.ENDED;
    }

    /**
     * Returns the chosen tracks that the player supports: all while no track is known; empty if it supports none of
     * the known ones. A codec that needs Enhanced RTMP is supported by players that have named it.
     */
    Optional<Selection> playable(PlayRequest request, ChosenTracks chosen) {
        Tracks tracks = tracks(request).choose(chosen);
        boolean lacksVideo = tracks.video() != null && !takes(request, tracks.video().codec());
        boolean lacksAudio = tracks.audio() != null && !takes(request, tracks.audio().codec());
        if (!lacksVideo && !lacksAudio) {
            return Optional.of(Selection.ALL);
        }
        Selection rest = lacksVideo ? Selection.AUDIO : Selection.VIDEO;
        return lacksVideo && lacksAudio || rest.of(tracks).isEmpty() ? Optional.empty() : Optional.of(rest);
    }

    /** Returns why the player cannot play any track of the stream. */
    String unplayable(PlayRequest request, ChosenTracks chosen) {
        Tracks tracks = tracks(request).choose(chosen);
        String codecs = Stream.of(tracks.video(), tracks.audio()).filter(Objects::nonNull).map(CodecConfig::codec)
                .map(codec -> FourCc.of(codec).text()).collect(Collectors.joining(" and "));
        return request.stream() + " has nothing but " + codecs
                + ", which needs a player of Enhanced RTMP that names it in fourCcList";
    }

    private Tracks tracks(PlayRequest request) {
        return directory.newest(request.stream().value()).map(entry -> Tracks.of(entry.session().tracks()))
                .orElse(new Tracks(null, null));
    }

    /** The first three codecs do not need Enhanced RTMP. */
    private static boolean takes(PlayRequest request, Codec codec) {
        return codec == Codec.AVC || codec == Codec.AAC || codec == Codec.MP3
                || request.takes(FourCc.of(codec).text());
    }
}
