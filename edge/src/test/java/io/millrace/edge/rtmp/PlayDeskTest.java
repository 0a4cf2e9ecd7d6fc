package io.millrace.edge.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.fanout.FlvSource;
import io.millrace.edge.http.HeldPolicy;
import io.millrace.edge.http.ManualClock;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.media.StreamName;
import io.millrace.media.rtmp.PlayDuration;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.rtmp.CloseReason;
import io.millrace.platform.rtmp.PlayAnswer;
import io.millrace.platform.rtmp.PlayRequest;
import io.millrace.platform.rtmp.Player;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The access policy decides on the test's thread, and not on the player's event loop. */
@Timeout(120)
class PlayDeskTest implements FlvSource {
    private static final AccessRequest REQUEST = new AccessRequest(AccessRequest.Action.PLAY,
            new StreamName("live/show"), "token=1",
            new AccessRequest.Source(AccessRequest.Protocol.RTMP, "127.0.0.1:1", "player", "rtmp://h/live"));

    private final EventExecutor loop = new DefaultEventExecutor();
    private final HeldPolicy policy = new HeldPolicy();
    private final BlockingQueue<String> joined = new LinkedBlockingQueue<>();
    private volatile ChosenTracks chosen;
    private final StreamDirectory directory = new StreamDirectory();
    private final ManualClock clock = new ManualClock();
    private final PlayDesk desk;
    private final SilentPlayer player = new SilentPlayer();

    PlayDeskTest() {
        directory.put(Records.entry("live/show", 17, StreamEntry.State.LIVE));
        var meters = new EdgeMeters(new SimpleMeterRegistry());
        desk = new PlayDesk(policy, directory, this, new Viewers(meters, InstantSource.system()), 1, meters,
                clock::schedule);
    }

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    @Override
    public void join(String stream, FlvSink sink) {
        chosen = sink.chosen();
        joined.add(stream + (loop.inEventLoop() ? " on the event loop" : " on another thread"));
    }

    @Override
    public void leave(String stream, FlvSink sink) {
        // Nothing is sent here.
    }

    private CompletableFuture<PlayAnswer> play(String stream) {
        return desk
                .play(new PlayRequest(REQUEST, Set.of("*"), PlayDuration.UNLIMITED).of(new StreamName(stream)), player)
                .toCompletableFuture();
    }

    private static void await(BooleanSupplier condition) {
        Patience.await().until(condition::getAsBoolean);
    }

    private CompletableFuture<PlayAnswer> play() {
        return desk.play(new PlayRequest(REQUEST, Set.of("*"), PlayDuration.UNLIMITED), player).toCompletableFuture();
    }

    @Test
    void playsNothingBeforeDecision() throws Exception {
        CompletableFuture<PlayAnswer> answer = play();
        assertThat(policy.asked).containsExactly(REQUEST);
        assertThat(answer).isNotDone();
        assertThat(joined).isEmpty();
        assertThat(desk.held()).isZero();
        policy.allow();
        assertThat(answer.get()).isInstanceOf(PlayAnswer.Accepted.class);
        assertThat(joined).containsExactly("live/show on the event loop");
    }

    @Test
    void refusalContainsReason() throws Exception {
        CompletableFuture<PlayAnswer> answer = play();
        policy.refuse("this stream is for subscribers");
        assertThat(answer.get())
                .isEqualTo(new PlayAnswer.Refused("NetStream.Play.Failed", "this stream is for subscribers"));
        assertThat(joined).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"token=1&track=video1 | live/show has no track video1; it has video0, audio0",
        "track=audio2%2Cvideo0 | live/show has no track audio2; it has video0, audio0",
        "track=all | track must name at most one video and one audio track, such as video1,audio2"})
    void refusesTrackThatStreamLacks(String query, String description) throws Exception {
        var asked = new AccessRequest(REQUEST.action(), REQUEST.stream(), query, REQUEST.source());
        var answer = desk.play(new PlayRequest(asked, Set.of("*"), PlayDuration.UNLIMITED), player);
        policy.allow();
        assertThat(answer.toCompletableFuture().get())
                .isEqualTo(new PlayAnswer.Refused("NetStream.Play.Failed", description));
        assertThat(joined).isEmpty();
    }

    @Test
    void joinsWithChosenTrack() throws Exception {
        directory.put(Records.entry("live/show", 17, StreamEntry.State.LIVE, Records.LADDER, 0));
        var asked = new AccessRequest(REQUEST.action(), REQUEST.stream(), "track=audio2", REQUEST.source());
        var answer = desk.play(new PlayRequest(asked, Set.of("*"), PlayDuration.UNLIMITED), player);
        policy.allow();
        assertThat(answer.toCompletableFuture().get()).isInstanceOf(PlayAnswer.Accepted.class);
        assertThat(chosen).isEqualTo(new ChosenTracks(0, 2));
    }

    @Test
    void refusalDoesNotRevealWhetherStreamExists() throws Exception {
        CompletableFuture<PlayAnswer> answer = desk
                .play(new PlayRequest(REQUEST, Set.of(), PlayDuration.UNLIMITED).of(new StreamName("live/never")),
                        player)
                .toCompletableFuture();
        policy.refuse("no");
        assertThat(answer.get()).isEqualTo(new PlayAnswer.Refused("NetStream.Play.Failed", "no"));
    }

    @Test
    void playsStreamNamedByPolicy() throws Exception {
        CompletableFuture<PlayAnswer> answer = desk
                .play(new PlayRequest(REQUEST, Set.of(), PlayDuration.UNLIMITED).of(new StreamName("live/secret")),
                        player)
                .toCompletableFuture();
        policy.allow("live/show");
        assertThat(answer.get()).isInstanceOf(PlayAnswer.Accepted.class);
        assertThat(joined).containsExactly("live/show on the event loop");
    }

    /** The limit is one player. */
    @Test
    void playerThatLeavesBeforeDecisionTakesNoPlace() throws Exception {
        CompletableFuture<PlayAnswer> gone = play();
        player.over = true;
        policy.allow();
        assertThat(gone.get()).isInstanceOf(PlayAnswer.Refused.class);
        assertThat(joined).isEmpty();
        assertThat(desk.held()).isZero();
        player.over = false;
        CompletableFuture<PlayAnswer> next = play();
        policy.allow();
        assertThat(next.get()).isInstanceOf(PlayAnswer.Accepted.class);
    }

    @Test
    void holdsPlayerOfUnknownStreamUntilItIsKnown() throws Exception {
        CompletableFuture<PlayAnswer> answer = play("live/late");
        policy.allow("live/late");
        await(() -> desk.held() == 1);
        assertThat(answer).isNotDone();
        assertThat(joined).as("nothing is read for an unknown stream").isEmpty();
        directory.put(Records.entry("live/late", 18, StreamEntry.State.LIVE));
        assertThat(answer.get()).isInstanceOf(PlayAnswer.Accepted.class);
        assertThat(joined).containsExactly("live/late on the event loop");
        assertThat(directory.awaited()).isZero();
    }

    @Test
    void refusesPlayerOfUnknownStreamAfterFiveSeconds() throws Exception {
        CompletableFuture<PlayAnswer> answer = play("live/never");
        policy.allow("live/never");
        await(() -> desk.held() == 1);
        clock.pass(Duration.ofMillis(StreamDirectory.ARRIVAL_MS - 1));
        assertThat(answer).isNotDone();
        clock.pass(Duration.ofMillis(1));
        assertThat(answer.get())
                .isEqualTo(new PlayAnswer.Refused("NetStream.Play.StreamNotFound", "there is no stream live/never"));
        assertThat(desk.held()).isZero();
        assertThat(directory.awaited()).isZero();
    }

    /** The limit is one player, who may also be one that waits. */
    @Test
    void playerOfUnknownStreamTakesPlace() throws Exception {
        CompletableFuture<PlayAnswer> waits = play("live/never");
        policy.allow("live/never");
        await(() -> desk.held() == 1);
        CompletableFuture<PlayAnswer> second = play("live/never");
        policy.allow("live/never");
        assertThat(second.get()).isEqualTo(
                new PlayAnswer.Refused("NetStream.Play.Failed", "this edge has reached its limit of viewers"));
        clock.pass(Duration.ofMillis(StreamDirectory.ARRIVAL_MS));
        assertThat(waits.get()).isInstanceOf(PlayAnswer.Refused.class);
        CompletableFuture<PlayAnswer> next = play();
        policy.allow();
        assertThat(next.get()).isInstanceOf(PlayAnswer.Accepted.class);
    }

    /** The limit is one player. */
    @Test
    void playerThatLeavesWhileItWaitsKeepsNoPlace() throws Exception {
        CompletableFuture<PlayAnswer> waits = play("live/never");
        policy.allow("live/never");
        await(() -> desk.held() == 1);
        loop.submit(player::leave).get();
        assertThat(waits).isCompletedWithValueMatching(PlayAnswer.Refused.class::isInstance);
        assertThat(desk.held()).isZero();
        assertThat(directory.awaited()).isZero();
        assertThat(clock.alarms()).isZero();
        player.over = false;
        CompletableFuture<PlayAnswer> next = play();
        policy.allow();
        assertThat(next.get()).isInstanceOf(PlayAnswer.Accepted.class);
    }

    @Test
    void playsNothingIfPolicyFails() {
        CompletableFuture<PlayAnswer> answer = play();
        policy.fail();
        assertThat(answer).failsWithin(1, TimeUnit.MINUTES);
        assertThat(joined).isEmpty();
    }

    /** A player to which nothing is sent. */
    private final class SilentPlayer implements Player {
        private volatile boolean over;
        private Runnable whenOver = () -> {};

        void leave() {
            over = true;
            whenOver.run();
        }

        @Override
        public void whenOver(Runnable task) {
            whenOver = task;
        }

        @Override
        public EventExecutor loop() {
            return loop;
        }

        @Override
        public boolean isOver() {
            return over;
        }

        @Override
        public void start() {
            throw new AssertionError("there is nothing to play");
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void send(List<ByteBuf> messages) {
            throw new AssertionError("there is nothing to play");
        }

        @Override
        public void end() {
            over = true;
        }

        @Override
        public void close(CloseReason reason, String code, String description) {
            over = true;
        }
    }
}
