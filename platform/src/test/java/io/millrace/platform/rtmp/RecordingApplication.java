package io.millrace.platform.rtmp;

import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishSink;
import io.millrace.platform.publish.Publisher;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** An application that records every call and answers as the test sets it. Thread-safe. */
final class RecordingApplication implements RtmpApplication {
    record Message(PublishSink.Kind kind, long timestampMs, ByteBuffer body) {}

    record Ended(PublishSink.End end, String detail) {}

    final BlockingQueue<AccessRequest> requests = new LinkedBlockingQueue<>();
    final BlockingQueue<Publisher> publishers = new LinkedBlockingQueue<>();
    final BlockingQueue<PlayRequest> plays = new LinkedBlockingQueue<>();
    final BlockingQueue<Player> players = new LinkedBlockingQueue<>();
    /** The calls of {@link #playSink}, as text. */
    final BlockingQueue<String> played = new LinkedBlockingQueue<>();
    final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<Ended> ends = new LinkedBlockingQueue<>();
    final PublishSink sink = new PublishSink() {
        @Override
        public void message(Kind kind, long timestampMs, ByteBuffer body) {
            messages.add(new Message(kind, timestampMs, body));
        }

        @Override
        public void ended(End end, String detail) {
            ends.add(new Ended(end, detail));
        }
    };
    final PlaySink playSink = new PlaySink() {
        @Override
        public void writable() {
            played.add("writable");
        }

        @Override
        public void hold() {
            played.add("hold");
        }

        @Override
        public void resume(boolean audio, boolean video) {
            played.add("resume" + (audio ? " audio" : "") + (video ? " video" : ""));
        }

        @Override
        public void ended() {
            played.add("ended");
        }
    };
    /** The answer to players; the test may replace it. */
    CompletionStage<PlayAnswer> playAnswer = CompletableFuture.completedFuture(
            new PlayAnswer.Refused("NetStream.Play.Failed", "players are served elsewhere"));
    /** The answer to publishers; the test may replace it. */
    CompletionStage<PublishAnswer> answer = CompletableFuture.completedFuture(new PublishAnswer.Accepted(sink));

    @Override
    public CompletionStage<PublishAnswer> publish(AccessRequest request, Publisher publisher) {
        requests.add(request);
        publishers.add(publisher);
        return answer;
    }

    @Override
    public CompletionStage<PlayAnswer> play(PlayRequest request, Player player) {
        plays.add(request);
        players.add(player);
        return playAnswer;
    }

    List<Message> drainMessages() {
        List<Message> drained = new ArrayList<>();
        messages.drainTo(drained);
        return drained;
    }

    static <T> T awaitNext(BlockingQueue<T> queue) throws InterruptedException {
        T taken = queue.poll(120, TimeUnit.SECONDS);
        assertThat(taken).as("next element, within two minutes").isNotNull();
        return taken;
    }
}
