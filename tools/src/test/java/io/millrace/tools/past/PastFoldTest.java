package io.millrace.tools.past;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.log.Withdrawal;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.StreamTags;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.platform.timeline.Tracks;
import io.millrace.testkit.LogTape;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** On a recorded log: 7 s of a session, a pause, and 3 s of another session in the same epoch. */
class PastFoldTest {
    private final Map<Long, LogRecord> packets = values(Topic.PACKETS);
    private final StreamEntry epoch = (StreamEntry) List.copyOf(values(Topic.STREAMS).values()).getLast();
    private final Tracks tracks = Tracks.of(epoch.session().tracks());

    private static Map<Long, LogRecord> values(Topic topic) {
        Map<Long, LogRecord> values = new LinkedHashMap<>();
        LogTape.read("/log/v1.log.gz").stream().filter(entry -> entry.topic() == topic && entry.value() != null)
                .forEach(entry -> values.put(entry.offset(), LogCodec.decode(ByteBuffer.wrap(entry.value()))));
        return values;
    }

    private List<TagEvent> fold(StreamTags tags) {
        return fold(new PastFold(tags));
    }

    private List<TagEvent> fold(PastFold fold) {
        List<TagEvent> events = new ArrayList<>();
        packets.forEach((offset, record) -> events.addAll(fold.fold(offset, (PacketsRecord) record)));
        assertThat(fold.isOver()).isTrue();
        return events;
    }

    private static List<FlvTag> frames(List<TagEvent> events) {
        return events.stream().filter(TagEvent.Frame.class::isInstance).map(event -> ((TagEvent.Frame) event).tag())
                .toList();
    }

    private static List<ByteBuffer> bodies(List<FlvTag> tags) {
        return tags.stream().map(FlvTag::body).toList();
    }

    private StreamTags beginning() {
        return StreamTags.fromBeginning(epoch.epoch(), tracks, _ -> Optional.of(tracks));
    }

    private StreamTags from(IndexEntry entry) {
        return StreamTags.from(epoch, entry.keyframe(), tracks, _ -> Optional.of(tracks));
    }

    @Test
    void framesOfBothSessionsShareTimelineFromZero() {
        List<FlvTag> frames = frames(fold(beginning()));
        List<ByteBuffer> pictures = packets.values().stream()
                .filter(record -> record instanceof Packet p && p.kind() == Packet.Kind.VIDEO && !p.isConfig()
                        && p.body().remaining() > 5)
                .map(record -> ((Packet) record).body()).toList();
        List<FlvTag> video = frames.stream().filter(tag -> tag.type() == FlvTag.Type.VIDEO).toList();
        assertThat(bodies(video)).isEqualTo(pictures).hasSizeGreaterThan(100);
        assertThat(video.getFirst().timestampMs()).isZero();
        List<Integer> steps = IntStream.range(1, video.size())
                .mapToObj(i -> video.get(i).timestampMs() - video.get(i - 1).timestampMs()).toList();
        // At the start of the second session, the audio of the first one had continued slightly longer than its video.
        assertThat(steps).allMatch(step -> step > 0 && step < 300).filteredOn(step -> step > 100).hasSize(1);
    }

    @Test
    void framesAfterWithdrawnOnesFollowThoseBefore() {
        List<Long> keyframes = values(Topic.INDEX).values().stream()
                .filter(record -> record instanceof IndexEntry entry && entry.keyframe().offset() >= 0)
                .map(record -> ((IndexEntry) record).keyframe().offset()).distinct().sorted().toList();
        long from = keyframes.get(1);
        long to = keyframes.get(3);
        var withdrawn = new Withdrawal.Extent(1, 2, from, to, 0, 1);
        List<TagEvent> events = fold(new PastFold(beginning(),
                new Withdrawals(List.of(new Withdrawal("live/show", epoch.epoch(), withdrawn, 2, "")))));
        List<FlvTag> video = frames(events).stream().filter(tag -> tag.type() == FlvTag.Type.VIDEO).toList();
        List<ByteBuffer> pictures = packets.entrySet().stream()
                .filter(each -> (each.getKey() < from || each.getKey() >= to) && each.getValue() instanceof Packet p
                        && p.kind() == Packet.Kind.VIDEO && !p.isConfig() && p.body().remaining() > 5)
                .map(each -> ((Packet) each.getValue()).body()).toList();
        assertThat(bodies(video)).isEqualTo(pictures).hasSizeBetween(10, 150);
        assertThat(IntStream.range(1, video.size())
                .map(i -> video.get(i).timestampMs() - video.get(i - 1).timestampMs()))
                .allMatch(step -> step > 0 && step < 300);
        assertThat(events.stream().filter(TagEvent.Config.class::isInstance)).hasSize(2);
    }

    @Test
    void sendsSequenceHeadersOnceBeforeFirstFrame() {
        List<TagEvent> events = fold(beginning());
        assertThat(events.subList(0, 2)).allMatch(TagEvent.Config.class::isInstance);
        assertThat(events.stream().filter(TagEvent.Config.class::isInstance)).hasSize(2);
        assertThat(((TagEvent.Frame) events.get(2)).entry()).isTrue();
    }

    @Test
    void sameFramesFromEveryIndexedKeyframe() {
        List<ByteBuffer> all = bodies(frames(fold(beginning())));
        int joined = 0;
        for (LogRecord record : values(Topic.INDEX).values()) {
            if (record instanceof IndexEntry entry && entry.keyframe().offset() >= 0) {
                List<TagEvent> events = fold(from(entry));
                List<FlvTag> frames = frames(events);
                assertThat(bodies(frames)).isEqualTo(all.subList(all.size() - frames.size(), all.size()));
                assertThat(frames.getFirst().body())
                        .isEqualTo(((Packet) packets.get(entry.keyframe().offset())).body());
                assertThat(frames.getFirst().timestampMs()).isZero();
                assertThat(events.getFirst()).isInstanceOf(TagEvent.Config.class);
                joined++;
            }
        }
        assertThat(joined).isGreaterThan(4);
    }

    @Test
    void timesContinueAfterHole() {
        IndexEntry later = values(Topic.INDEX).values().stream().map(IndexEntry.class::cast)
                .filter(entry -> entry.keyframe().offset() >= 0).reduce((_, last) -> last).orElseThrow();
        PastFold fold = new PastFold(beginning());
        List<TagEvent> events = new ArrayList<>();
        packets.forEach((offset, record) -> {
            if (offset < 100) {
                events.addAll(fold.fold(offset, (PacketsRecord) record));
            }
        });
        int before = frames(events).stream().mapToInt(FlvTag::timestampMs).max().orElseThrow();
        fold.moveTo(from(later));
        List<TagEvent> after = new ArrayList<>(
                fold.fold(later.keyframe().offset(), (PacketsRecord) packets.get(later.keyframe().offset())));
        assertThat(frames(after)).singleElement()
                .satisfies(tag -> assertThat(tag.timestampMs()).isEqualTo(before + 40));
    }

    @Test
    void timesContinueInNextEpoch() {
        long claim = packets.keySet().stream().mapToLong(Long::longValue).max().orElseThrow() + 1;
        packets.put(claim, packets.get(epoch.epoch()));
        packets.put(claim + 1, Records.video(claim, 0, 500_000, true, 1));
        packets.put(claim + 2, Records.video(claim, 1, 500_033, false, 1));
        PastFold fold = new PastFold(beginning());
        List<TagEvent> events = new ArrayList<>();
        packets.forEach((offset, record) -> events.addAll(fold.fold(offset, (PacketsRecord) record)));
        List<FlvTag> frames = frames(events);
        FlvTag last = frames.getLast();
        FlvTag first = frames.get(frames.size() - 2);
        int shownMs = frames.subList(0, frames.size() - 2).stream().filter(tag -> tag.type() == FlvTag.Type.VIDEO)
                .mapToInt(PastFoldTest::shownMs).max().orElseThrow();
        assertThat(first.timestampMs()).as("after the last picture").isBetween(shownMs + 1, shownMs + 100);
        assertThat(last.timestampMs()).isEqualTo(first.timestampMs() + 33);
        assertThat(events).noneMatch(TagEvent.End.class::isInstance);
        assertThat(fold.isOver()).isFalse();
    }

    /**
     * The encoder was killed when its last video frame had a later presentation time than frames that it had not sent
     * yet.
     */
    @Test
    void framesAfterKilledEncoderAreShownLater() {
        long lastOfFirst = packets.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Packet p && p.session() == epoch.epoch() && isPicture(p))
                .mapToLong(Map.Entry::getKey).max().orElseThrow();
        packets.computeIfPresent(lastOfFirst, (_, record) -> later((Packet) record, 900));
        List<FlvTag> video = frames(fold(beginning())).stream().filter(tag -> tag.type() == FlvTag.Type.VIDEO)
                .toList();
        int joint = IntStream.range(1, video.size())
                .filter(n -> video.get(n - 1).body().getShort(3) == 900).findFirst().orElseThrow();
        int shownMs = video.subList(0, joint).stream().mapToInt(PastFoldTest::shownMs).max().orElseThrow();
        assertThat(video.subList(joint, video.size())).allMatch(tag -> shownMs(tag) > shownMs);
    }

    private static boolean isPicture(Packet packet) {
        return packet.kind() == Packet.Kind.VIDEO && !packet.isConfig() && packet.body().remaining() > 5;
    }

    private static int shownMs(FlvTag tag) {
        return tag.timestampMs() + tag.body().getShort(3);
    }

    /** Bytes 2 to 4 of an AVC tag are its composition time. */
    private static Packet later(Packet packet, int compositionMs) {
        ByteBuffer body = ByteBuffer.allocate(packet.body().remaining()).put(packet.body().duplicate()).flip()
                .putShort(3, (short) compositionMs);
        return new Packet(packet.session(), packet.seq(), packet.arrivalUs(), packet.timestampMs(), compositionMs,
                packet.kind(), packet.track(), packet.content(), body);
    }

    /** The configuration of each track precedes its first frame, and the times are those of the epoch minus one number. */
    @Test
    void furtherTracksShareTimelineOfMainOnes() {
        TrackId video1 = new TrackId(Packet.Kind.VIDEO, 1);
        TrackId audio2 = new TrackId(Packet.Kind.AUDIO, 2);
        Tracks ladder = Tracks.of(Records.LADDER);
        List<PacketsRecord> packets = List.of(Records.CLAIM, Records.audio(0, 0, 9_000),
                Records.further(0, 1, audio2, 9_980, false, 1), Records.video(0, 2, 10_000, true, 1),
                Records.further(0, 3, video1, 10_005, true, 1), Records.further(0, 4, audio2, 10_012, false, 2));
        PastFold fold = new PastFold(StreamTags.fromBeginning(0, ladder, _ -> Optional.empty(),
                ChosenTracks.of(ladder.all())));
        List<String> told = new ArrayList<>();
        for (int at = 0; at < packets.size(); at++) {
            for (TagEvent event : fold.fold(at, packets.get(at))) {
                TagEvent.Media media = (TagEvent.Media) event;
                told.add((media instanceof TagEvent.Config ? "config " : "") + media.tag().type() + " " + media.track()
                        + " at " + media.tag().timestampMs());
            }
        }
        assertThat(told).containsExactly("config VIDEO 0 at 0", "config AUDIO 0 at 0", "config VIDEO 1 at 0",
                "config AUDIO 2 at 0", "VIDEO 0 at 0", "VIDEO 1 at 5", "AUDIO 2 at 12");
    }
}
