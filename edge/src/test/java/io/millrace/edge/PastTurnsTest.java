package io.millrace.edge;

import io.millrace.edge.log.Asker;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.past.PastIndex;
import io.millrace.edge.past.PastSource.Answer;
import io.millrace.edge.view.PastRange;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.RangeReader;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a playlist of the past needs turns of the readers for. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class PastTurnsTest {
    private static final String STREAM = "live/turns";
    private static final int SEGMENTS = 100;
    private static final StreamEntry EPOCH = Records.entry(STREAM, 7, StreamEntry.State.ENDED, Records.TRACKS, 0,
            SEGMENTS - 1);

    private static KafkaClients kafka;

    private ReaderPool readers;
    private PastIndex index;

    @BeforeAll
    static void write(TestBroker broker) {
        kafka = broker.clients("turns.");
        try (var past = new IndexedPast(kafka, STREAM, 0)) {
            past.epoch(7, Records.EPOCH_MS).segments(SEGMENTS);
        }
    }

    @BeforeEach
    void open() {
        var directory = new StreamDirectory();
        directory.put(EPOCH);
        readers = new ReaderPool("test-turns", 1, i -> RangeReader.ofIndex(kafka, "test-turns-" + i));
        index = new PastIndex(kafka, readers, directory, 64 << 20, () -> 0);
    }

    @AfterEach
    void close() {
        readers.close();
    }

    private CompletableFuture<Answer> playlist(long afterMs) {
        var range = new PastRange(STREAM, 7, 7, Records.EPOCH_MS + afterMs, PastRange.OPEN);
        return index.readBy(Asker.of("127.0.0.1", () -> false)).playlist(range, List.of(EPOCH), null)
                .toCompletableFuture();
    }

    @Test
    void versionOfPlaylistTakesItsTurnEvenIfNothingIsToBeRead() throws Exception {
        assertThat(playlist(0).get()).isInstanceOf(Answer.Listed.class);
        readers.close();

        assertThat(playlist(0).get()).as("the same version").isInstanceOf(Answer.Listed.class);
        assertThatThrownBy(playlist(1)::get).hasCauseInstanceOf(BusyException.class);
    }

    @Test
    void refusedReadOfPlaylistFailsAsRefused() {
        readers.close();

        assertThatThrownBy(playlist(0)::get).hasCauseInstanceOf(BusyException.class);
    }
}
