package io.millrace.launcher.log;

import io.millrace.packager.mux.SegmentMux;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.Undecodable;
import io.millrace.platform.log.UnknownSchema;
import io.millrace.segmenter.cut.Step;
import io.millrace.segmenter.cut.StreamFold;
import io.millrace.testkit.LogTape;
import io.millrace.testkit.LogTape.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The current version reads the logs of all released versions, and produces the same cuts and bytes from them.
 *
 * <p>{@code v1.log.gz}: FFmpeg 5.1 published 64x36 H.264 with B-frames and AAC for 7 s, disconnected, and published 3 s
 * more within the grace period; then the epoch ended. {@code v2.log.gz}, with version 2 of the rules: the same with
 * MP3, which HLS carries since that version. Recorded by {@link LogTape#main}.
 */
class LogFixtureTest {
    @ParameterizedTest
    @ValueSource(strings = {"/log/v1.log.gz", "/log/v2.log.gz"})
    void readsEveryRecord(String fixture) {
        for (Entry entry : LogTape.read(fixture)) {
            if (entry.value() != null) {
                assertThat(decode(entry)).as("%s at %d", entry.topic(), entry.offset())
                        .isNotInstanceOfAny(Undecodable.class, UnknownSchema.class);
            }
        }
        assertThat(values(fixture, Topic.PACKETS).values()).hasAtLeastOneElementOfType(SessionStarted.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/log/v1.log.gz", "/log/v2.log.gz"})
    void cutsSamePacketsAlike(String fixture) {
        StreamFold fold = new StreamFold("live/show");
        List<Cut> cuts = new ArrayList<>();
        List<StreamEntry> entries = new ArrayList<>();
        values(fixture, Topic.PACKETS).forEach((offset, record) -> {
            Step step = fold.fold(offset, (PacketsRecord) record);
            cuts.addAll(step.cuts());
            entries.addAll(step.entries());
        });
        assertThat(cuts).isNotEmpty();
        assertThat(cuts.stream().map(LogFixtureTest::ofVersion1).toList())
                .isEqualTo(values(fixture, Topic.SEGMENTS).values().stream()
                        .map(cut -> ofVersion1((Cut) cut)).toList());
        // In version 1, the client was flashVer; later it is the name of the encoder. Entries did not have PART-TARGET.
        assertThat(entries).isNotEmpty().usingRecursiveFieldByFieldElementComparatorIgnoringFields(
                "session.encoder.client", "session.tracks.timescale", "playlist.partTargetTicks")
                .isEqualTo(values(fixture, Topic.STREAMS).values().stream().map(StreamEntry.class::cast).toList());
        assertThat(entries).extracting(each -> each.session().encoder().client())
                .allMatch(client -> client.startsWith("Lavf"));
    }

    private static SegmentStart withoutPeriod(SegmentStart s) {
        return new SegmentStart(s.independent(), s.discontinuous(), s.discontinuity(), s.targetDurationS());
    }

    /**
     * In version 1, the state of the session fold had another form, tracks had no time scale, and segments did not say
     * when their period began.
     */
    private static Cut ofVersion1(Cut cut) {
        Cut.SegmentHead h = cut.head();
        return h == null
                ? cut
                : cut.withHead(
                        new Cut.SegmentHead(h.rules(), withoutPeriod(h.start()),
                                h.tracks().stream().map(each -> new Track(
                                        each.id(), each.kind(), each.codec(), each.config())).toList(),
                                h.originMs(),
                                h.timestampOffsetMs(),
                                ByteBuffer.allocate(0)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/log/v1.log.gz", "/log/v2.log.gz"})
    void muxesSameCutsToSameBytes(String fixture) {
        Map<Long, LogRecord> packets = values(fixture, Topic.PACKETS);
        Map<Long, LogRecord> parts = values(fixture, Topic.PARTS);
        List<IndexEntry> index = values(fixture, Topic.INDEX).values().stream().map(IndexEntry.class::cast).toList();
        List<Part> muxed = new ArrayList<>();
        SegmentMux segment = null;
        for (LogRecord record : values(fixture, Topic.SEGMENTS).values()) {
            Cut cut = (Cut) record;
            segment = cut.id().isFirst() ? new SegmentMux(index.getFirst().rendition(), cut) : segment;
            muxed.add(segment.mux(cut, cut.samples().stream()
                    .map(sample -> (Packet) packets.get(cut.packets().offsetOf(sample))).toList()).part());
        }
        assertThat(muxed).isNotEmpty()
                .isEqualTo(index.stream().map(entry -> parts.get(entry.place().offset())).toList());
    }

    private static Map<Long, LogRecord> values(String fixture, Topic topic) {
        Map<Long, LogRecord> values = new LinkedHashMap<>();
        LogTape.read(fixture).stream().filter(e -> e.topic() == topic && e.value() != null)
                .forEach(e -> values.put(e.offset(), decode(e)));
        return values;
    }

    private static LogRecord decode(Entry entry) {
        return LogCodec.decode(ByteBuffer.wrap(entry.value()));
    }
}
