package io.millrace.edge;

import io.millrace.edge.log.BusyException;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.Requester;
import io.millrace.edge.past.PastIndex;
import io.millrace.edge.past.PastSource.Answer;
import io.millrace.edge.past.PastSource.MpdAnswer;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.PastRange;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.net.Turns;
import io.millrace.platform.past.RangeReader;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Playlists and MPDs of the past are assembled in turns. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class PastTurnsTest {
    private static final String STREAM = "live/turns";
    private static final int SEGMENTS = 100;
    private static final StreamEntry EPOCH = Records.entry(STREAM, 7, StreamEntry.State.ENDED, Records.TRACKS, 0,
            SEGMENTS - 1);

    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId AUDIO = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0));
    private static final StreamEntry CMAF = Records.ruledBy(Records.CMAF_RULES, Records.entry("live/dash", 7,
            StreamEntry.State.ENDED, Records.TRACKS, 0, SEGMENTS - 1));

    private static KafkaClients kafka;

    private final Turns turns = new Turns(new Turns.Limits(1, 1, 1, 1, 0));
    private ReaderPool readers;
    private PastIndex index;

    @BeforeAll
    static void write(TestBroker broker) {
        kafka = broker.clients("turns.");
        try (var past = new IndexedPast(kafka, STREAM, 0)) {
            past.epoch(7, Records.EPOCH_MS).segments(SEGMENTS);
        }
        try (var past = new IndexedPast(kafka, CMAF.stream(), 0)) {
            past.renditions(Records.CMAF_RULES, List.of(VIDEO, AUDIO)).epoch(7, Records.EPOCH_MS).segments(SEGMENTS);
        }
    }

    @BeforeEach
    void open() {
        var directory = new StreamDirectory();
        directory.put(EPOCH);
        directory.put(CMAF);
        readers = new ReaderPool("test-turns", 1, i -> RangeReader.ofIndex(kafka, "test-turns-" + i));
        index = new PastIndex(kafka, readers, directory, 64 << 20, () -> 0, turns);
    }

    @AfterEach
    void close() {
        readers.close();
    }

    private static boolean awaits(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private CompletableFuture<Answer> playlist(long afterMs) {
        return playlist(afterMs, Requester.of("127.0.0.1", () -> false));
    }

    private CompletableFuture<Answer> playlist(long afterMs, Requester requester) {
        var range = new PastRange(STREAM, new EpochName(7, 0), new EpochName(7, 0), Records.EPOCH_MS + afterMs,
                PastRange.OPEN);
        return index.readBy(requester).playlist(range, RenditionId.TS, List.of(EPOCH), null).toCompletableFuture();
    }

    @Test
    void waitsForTurnEvenIfNothingIsRead() throws Exception {
        assertThat(playlist(0).get()).isInstanceOf(Answer.Listed.class);
        readers.close();
        Turns.Turn other = turns.next("127.0.0.2");

        assertThat(playlist(0).get()).as("the same version").isInstanceOf(Answer.Listed.class);
        CompletableFuture<Answer> waiting = playlist(1);
        assertThatThrownBy(playlist(2)::get).as("another one is waiting").hasCauseInstanceOf(BusyException.class);
        assertThat(waiting).isNotDone();

        turns.done(other);
        assertThat(waiting.get()).isInstanceOf(Answer.Listed.class);
    }

    private CompletableFuture<MpdAnswer> mpd(PastRange range) {
        return index.readBy(Requester.of("127.0.0.1", () -> false))
                .mpd(range, Lineup.ofCmaf(List.of(CMAF)), List.of(CMAF), null).toCompletableFuture();
    }

    /** Rendering an MPD takes processor time for each segment, even if its playlists are cached. */
    @Test
    void rendersMpdOnceAndInTurn() throws Exception {
        var range = new PastRange(CMAF.stream(), new EpochName(7, 0), new EpochName(7, 0), Records.EPOCH_MS,
                PastRange.OPEN);
        for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
            assertThat(index.playlist(range, rendition, List.of(CMAF), null).toCompletableFuture().get())
                    .isInstanceOf(Answer.Listed.class);
        }
        readers.close();
        Turns.Turn other = turns.next("127.0.0.2");
        CompletableFuture<MpdAnswer> first = mpd(range);
        CompletableFuture<MpdAnswer> joined = mpd(range);
        assertThat(first).isNotDone();
        assertThat(joined).isNotDone();

        turns.done(other);
        assertThat(first.get()).isInstanceOfSatisfying(MpdAnswer.Rendered.class, rendered -> {
            assertThat(rendered.ended()).isTrue();
            assertThat(new String(rendered.text().plain(), StandardCharsets.UTF_8)).contains("type=\"static\"",
                    "@7/video0/$Number$.m4s", "@7/audio0/$Number$.m4s");
        });
        assertThat(joined.get()).isSameAs(first.get());
        assertThat(mpd(range).get()).as("the cached version").isSameAs(first.get());
    }

    @Test
    void assemblesNothingIfClientHasLeft() {
        Turns.Turn other = turns.next("127.0.0.2");
        var left = new AtomicBoolean();
        CompletableFuture<Answer> waiting = playlist(0, Requester.of("127.0.0.1", left::get));
        left.set(true);
        turns.done(other);
        assertThatThrownBy(waiting::get).hasCauseInstanceOf(BusyException.class);
    }

    @Test
    void yieldsTurnDuringRead() throws Exception {
        var reading = new CountDownLatch(1);
        var mayRead = new CountDownLatch(1);
        readers.submit(Requester.EDGE, _ -> {
            reading.countDown();
            return awaits(mayRead);
        });
        reading.await();
        CompletableFuture<Answer> waiting = playlist(0);
        Turns.Turn other = turns.next("127.0.0.2");
        assertThat(other.begin()).succeedsWithin(Duration.ofMinutes(2));
        assertThat(waiting).isNotDone();

        mayRead.countDown();
        turns.done(other);
        assertThat(waiting.get()).isInstanceOf(Answer.Listed.class);
    }

    @Test
    void refusedReadFailsAsBusy() {
        readers.close();

        assertThatThrownBy(playlist(0)::get).hasCauseInstanceOf(BusyException.class);
    }
}
