package io.millrace.edge.fanout;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.view.Pace;
import io.millrace.edge.view.Selection;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import io.millrace.testkit.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The transition from the past to live. The stream's records have even offsets, those of other streams odd ones. */
class FlvChannelTest {
    private static final long SESSION = 17;
    private static final StreamEntry ENTRY = Records.entry("live/show", SESSION, StreamEntry.State.LIVE,
            Records.TRACKS.subList(0, 1), 100);

    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final List<HeldSink> sinks = new ArrayList<>();
    private final AtomicInteger turnedAway = new AtomicInteger();
    private final RingMemory memory = RingMemory.unlimited();
    private FlvChannel channel;
    private long offset = 100;
    private ChosenTracks chosen = ChosenTracks.DEFAULT;
    private List<FlvTag> headers;

    @BeforeEach
    void play() {
        loop.freezeTime();
        play(ENTRY);
    }

    private HeldSink play(StreamEntry entry) {
        HeldSink live = open(entry,
                List.of(Records.video(SESSION, 0, 0, true, 1), Records.video(SESSION, 1, 40, false, 2)));
        headers = List
                .of(new FlvTag(FlvTag.Type.VIDEO, 0, Records.videoConfig(SESSION, 0, Records.AVC_RECORD).body()));
        assertThat(live.sent()).endsWith("23 39");
        return live;
    }

    /** Opens the channel with two records of the past, and a viewer of the chosen tracks joins. */
    private HeldSink open(StreamEntry entry, List<PacketsRecord> past) {
        offset = 100;
        var meters = new EdgeMeters(new SimpleMeterRegistry());
        var pace = new Pace(0, 0);
        channel = new FlvChannel("live/show", chosen, 0, 104, memory,
                from -> new FlvBroadcast(from, memory, _ -> pace, loop.eventLoop().ticker(),
                        meters));
        channel.tracksKnown(entry);
        channel.startAt(new Keyframe(SESSION, 100, 0));
        channel.filled(new Backfill.Past(Tracks.of(entry.session().tracks()), past.stream().map(this::at).toList()));
        HeldSink live = sink();
        channel.join(live);
        return live;
    }

    @AfterEach
    void keepsNoReferences() {
        channel.over();
        loop.runPendingTasks();
        sinks.forEach(sink -> sink.pieces.forEach(ByteBuf::release));
        assertThat(sinks).allSatisfy(sink -> assertThat(sink.pieces).allMatch(piece -> piece.refCnt() == 0));
        loop.finishAndReleaseAll();
    }

    @Test
    void continuesViewerOfPastWithNextTag() {
        HeldSink sink = join(102);
        assertThat(sink.sent()).as("the frame at 102").containsExactly("39");
        frame(80, 3);
        assertThat(sink.sent()).containsExactly("39");
    }

    @Test
    void repeatsNothingToViewerAheadOfLiveTail() {
        HeldSink sink = join(105);
        assertThat(sink.sent()).isEmpty();
        frame(80, 3);
        assertThat(sink.sent()).as("it has the frame at 104 already").isEmpty();
        frame(120, 4);
        assertThat(sink.sent()).containsExactly("39");
        assertThat(turnedAway).hasValue(0);
    }

    @Test
    void returnsViewerToLogIfTooFarBehindOrInOtherEpoch() {
        join(99);
        loop.runPendingTasks();
        assertThat(turnedAway).hasValue(1);
        HeldSink other = sink();
        channel.join(new FlvChannel.Seam(SESSION - 1, 102, headers, other, turnedAway::incrementAndGet));
        loop.runPendingTasks();
        assertThat(turnedAway).hasValue(2);
    }

    @Test
    void returnsViewerAheadOfTailToLogWhenEpochEnds() {
        HeldSink sink = join(107);
        next(new SessionEnded(SESSION, 0, SessionEnded.Reason.UNPUBLISHED, ""));
        next(new GraceOver(SESSION, 0));
        assertThat(sink.sent()).isEmpty();
        assertThat(turnedAway).hasValue(1);
    }

    /** The responses end, so that players load the stream again. A viewer that has received nothing yet goes on with the new tracks. */
    @Test
    void endsViewersWhenOtherTracksTakeOver() {
        channel.over();
        EpochRules rules = new EpochRules(5, 2_000, 500, 12_000, 30_000, List.of(Format.TS));
        HeldSink live = play(new StreamEntry(ENTRY.stream(), SESSION, StreamEntry.State.LIVE, rules, ENTRY.span(),
                ENTRY.session(), ENTRY.playlist(), ENTRY.sessions()));
        next(new SessionEnded(SESSION, 0, SessionEnded.Reason.DISCONNECTED, ""));
        HeldSink waiting = sink();
        channel.join(waiting);
        next(new SessionStarted(SessionStarted.Role.PRIMARY, Records.ENCODER, 0, rules));
        assertThat(live.sent()).doesNotContain("end");
        next(new SessionTracks(106, new TrackSet("AVC", "AAC")));
        assertThat(live.sent()).containsExactly("end");
        assertThat(channel.state()).isEqualTo(FlvChannel.State.OVER);
        assertThat(channel.successors()).containsExactly(waiting);
        assertThat(channel.lastSession()).isEqualTo(106);
        assertThat(waiting.sent()).isEmpty();
    }

    @Test
    void sendsChangedSequenceHeadersToViewerOfPast() {
        headers = List.of();
        assertThat(join(102).sent()).hasSize(2).endsWith("39");
    }

    @Test
    void endsViewerOfMissingTracks() {
        HeldSink sound = new HeldSink(loop, Selection.AUDIO);
        sinks.add(sound);
        channel.join(sound);
        assertThat(sound.sent()).containsExactly("end");
        HeldSink picture = new HeldSink(loop, Selection.VIDEO);
        sinks.add(picture);
        channel.join(picture);
        assertThat(picture.sent()).endsWith("23 39");
    }

    @Test
    void sendsChosenTrackOnly() {
        channel.over();
        chosen = new ChosenTracks(1, 0);
        var ladder = Records.entry("live/show", SESSION, StreamEntry.State.LIVE, Records.LADDER, 100);
        HeldSink live = open(ladder, List.of(Records.video(SESSION, 0, 0, true, 1),
                Records.further(SESSION, 1, new TrackId(Packet.Kind.VIDEO, 1), 0, true, 2)));
        assertThat(live.sent()).as("the opening, and one frame").hasSize(2);
        assertThat(ByteBufUtil.hexDump(live.pieces.getLast())).contains("1701000000000000026502");
        next(Records.video(SESSION, 2, 40, false, 3));
        assertThat(live.sent()).isEmpty();
        next(Records.further(SESSION, 3, new TrackId(Packet.Kind.VIDEO, 1), 40, false, 4));
        assertThat(live.sent()).hasSize(1);
    }

    @Test
    void rejectsViewerOfTrackThatStreamLacks() {
        channel.over();
        chosen = new ChosenTracks(0, 3);
        HeldSink live = open(ENTRY, List.of(Records.video(SESSION, 0, 0, true, 1)));
        assertThat(live.sent()).containsExactly("lacks track of video0");
        assertThat(channel.isEmpty()).isTrue();
    }

    /** As when the edge closes: the listeners have ended their loops already. */
    @Test
    void endsEvenIfViewerLoopsHaveEnded() {
        var ended = new DefaultEventLoop();
        ended.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).syncUninterruptibly();
        var ahead = new HeldSink(loop, Selection.ALL, Framing.PLAIN, ended);
        channel.join(new FlvChannel.Seam(SESSION, 107, headers, ahead, turnedAway::incrementAndGet));
        next(new SessionEnded(SESSION, 0, SessionEnded.Reason.UNPUBLISHED, ""));
        channel.join(new HeldSink(loop, Selection.ALL, Framing.PLAIN, ended));
        channel.over();
        loop.runPendingTasks();
        assertThat(memory.bytes()).isZero();
        assertThat(channel.isEmpty()).isTrue();
    }

    @Test
    void isConfinedToCreatingThread() throws InterruptedException {
        var failure = new AtomicReference<RuntimeException>();
        Thread.ofPlatform().name("another").start(() -> {
            try {
                channel.flush();
            } catch (IllegalStateException e) {
                failure.set(e);
            }
        }).join();
        assertThat(failure.get()).hasMessageContaining("another");
    }

    private HeldSink join(long seen) {
        HeldSink sink = sink();
        channel.join(new FlvChannel.Seam(SESSION, seen, headers, sink, turnedAway::incrementAndGet));
        return sink;
    }

    private HeldSink sink() {
        var sink = new HeldSink(loop);
        sinks.add(sink);
        return sink;
    }

    private void frame(int timestampMs, int seq) {
        next(Records.video(SESSION, seq, timestampMs, false, seq));
    }

    private void next(PacketsRecord record) {
        channel.next(at(record));
        channel.flush();
        loop.runPendingTasks();
    }

    private FlvChannel.At at(PacketsRecord record) {
        var at = new FlvChannel.At(offset, record);
        offset += 2;
        return at;
    }
}
