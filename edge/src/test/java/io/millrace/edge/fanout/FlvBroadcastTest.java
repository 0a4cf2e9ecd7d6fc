package io.millrace.edge.fanout;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.rtmp.MessageLayout;
import io.millrace.edge.view.Pace;
import io.millrace.edge.view.Selection;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.PlayChunks;
import io.millrace.platform.timeline.TagEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The test advances the clock; all viewers are on one event loop. */
class FlvBroadcastTest {
    private static final byte[] OPENING = {'F', 'L', 'V'};
    private static final long TICK_NANOS = 40_000_000;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final EdgeMeters meters = new EdgeMeters(registry);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<HeldSink> viewers = new ArrayList<>();
    private List<FlvTag> headers = List.of();
    private final RingMemory memory = new RingMemory(16 << 20);
    private FlvBroadcast broadcast;
    private long offset;

    @BeforeEach
    void start() {
        channel.freezeTime();
        start(0);
    }

    private void start(long tickNanos) {
        var pace = new Pace(tickNanos, 0);
        broadcast = new FlvBroadcast(0, memory, _ -> pace, channel.eventLoop().ticker(), meters);
    }

    @AfterEach
    void keepsNoReferences() {
        broadcast.end();
        channel.runPendingTasks();
        List<ByteBuf> pieces = viewers.stream().flatMap(viewer -> viewer.pieces.stream()).toList();
        pieces.forEach(ByteBuf::release);
        assertThat(pieces).as("no other reference is held").allMatch(piece -> piece.refCnt() == 0);
        channel.finishAndReleaseAll();
    }

    @Test
    void startsViewerAtLatestKeyframe() {
        entry(1);
        frame(2);
        entry(3);
        frame(4);
        HeldSink viewer = join();
        assertThat(viewer.sent()).containsExactly("FLV", "3 4");
        frame(5);
        broadcast.flush();
        assertThat(viewer.sent()).containsExactly("5");
        broadcast.end();
        assertThat(viewer.sent()).containsExactly("end");
        start(0);
    }

    /** As Netty does after it has flushed a write that the socket did not accept at once. */
    @Test
    void reentrantSendRepeatsNothing() {
        entry(1);
        HeldSink viewer = join();
        viewer.sent();
        viewer.onSend = viewer.more;
        frame(2);
        broadcast.flush();
        assertThat(viewer.sent()).containsExactly("2");
    }

    @Test
    void writesToAllViewersOncePerTick() {
        start(TICK_NANOS);
        entry(1);
        HeldSink one = join();
        HeldSink two = join();
        assertThat(one.sent()).containsExactly("FLV", "1");
        assertThat(two.sent()).containsExactly("FLV", "1");
        pass(40);
        publish(sound(2), 3);
        assertThat(one.sent()).as("a video frame is sent together with the audio before it").containsExactly("2 3");
        pass(20);
        publish(picture(4));
        assertThat(one.sent()).as("half a tick later").isEmpty();
        pass(20);
        publish(picture(5));
        assertThat(one.sent()).containsExactly("4 5");
        assertThat(two.sent()).containsExactly("2 3", "4 5");
    }

    private void publish(TagEvent.Media sound, int picture) {
        publish(sound);
        publish(picture(picture));
    }

    private void publish(TagEvent.Media event) {
        broadcast.publish(event, offset++, 0, headers);
        broadcast.flush();
    }

    @Test
    void sendsAudioWithoutVideoAfterTick() {
        start(TICK_NANOS);
        entry(1);
        HeldSink viewer = join();
        viewer.sent();
        publish(sound(2));
        pass(59);
        assertThat(viewer.sent()).isEmpty();
        pass(1);
        assertThat(viewer.sent()).containsExactly("2");
        pass(1_000);
        publish(sound(3));
        assertThat(viewer.sent()).as("a tick has passed since the last write").containsExactly("3");
    }

    @Test
    void waitsForFullSocketAndCatchesUp() {
        entry(1);
        HeldSink slow = join();
        HeldSink other = join();
        slow.sent();
        slow.ready = false;
        other.sent();
        frame(2);
        broadcast.flush();
        assertThat(slow.sent()).isEmpty();
        frame(3);
        broadcast.flush();
        assertThat(slow.sent()).isEmpty();
        assertThat(other.sent()).containsExactly("2", "3");
        slow.ready = true;
        slow.more.run();
        assertThat(slow.sent()).containsExactly("2 3");
        frame(4);
        broadcast.flush();
        assertThat(slow.sent()).containsExactly("4");
    }

    @Test
    void skipsToLatestKeyframeWithItsSequenceHeaders() {
        entry(1);
        HeldSink slow = join();
        slow.sent();
        slow.ready = false;
        frame(2);
        pass(6_000);
        entry(3);
        broadcast.flush();
        frame(4);
        broadcast.flush();
        slow.ready = true;
        slow.more.run();
        assertThat(slow.sent()).as("the headers have not changed").containsExactly("skipped 1", "3 4");
        slow.ready = false;
        headers = List.of(new FlvTag(FlvTag.Type.VIDEO, 0, ByteBuffer.wrap(new byte[]{99})));
        frame(5);
        pass(6_000);
        entry(6);
        broadcast.flush();
        slow.ready = true;
        slow.more.run();
        assertThat(slow.sent()).containsExactly("skipped 1", "99", "6");
    }

    @Test
    void disconnectsViewerAfterFifteenSecondsWithoutProgress() {
        entry(1);
        HeldSink slow = join();
        slow.sent();
        slow.ready = false;
        entry(2);
        broadcast.flush();
        assertThat(slow.sent()).isEmpty();
        pass(15_000);
        entry(3);
        broadcast.flush();
        assertThat(slow.sent()).isEmpty();
        pass(1);
        entry(4);
        broadcast.flush();
        assertThat(slow.sent()).containsExactly("too slow");
    }

    @Test
    void disconnectsNoViewerAfterGapInStream() {
        entry(1);
        HeldSink viewer = join();
        viewer.sent();
        pass(90_000);
        viewer.ready = false;
        entry(2);
        broadcast.flush();
        assertThat(viewer.sent()).isEmpty();
        viewer.ready = true;
        viewer.more.run();
        assertThat(viewer.sent()).containsExactly("2");
    }

    @Test
    void continuesViewerOfPastAtOffset() {
        entry(1);
        frame(2);
        frame(3);
        var viewer = new HeldSink(channel);
        viewers.add(viewer);
        assertThat(broadcast.joinAt(viewer, 1, headers, headers)).isTrue();
        assertThat(viewer.sent()).containsExactly("2 3");
        pass(6_000);
        entry(4);
        var late = new HeldSink(channel);
        assertThat(broadcast.joinAt(late, 1, headers, headers)).as("already discarded").isFalse();
        assertThat(late.sent()).isEmpty();
    }

    @Test
    void reachesRemainingViewersWhenOneLeaves() {
        entry(1);
        List<HeldSink> all = List.of(join(), join(), join());
        all.forEach(HeldSink::sent);
        broadcast.leave(all.getFirst());
        frame(2);
        broadcast.flush();
        assertThat(all.getFirst().sent()).isEmpty();
        assertThat(all.get(1).sent()).containsExactly("2");
        assertThat(all.get(2).sent()).containsExactly("2");
        broadcast.leave(all.get(2));
        broadcast.leave(all.get(1));
        HeldSink again = join();
        assertThat(again.sent()).containsExactly("FLV", "1 2");
    }

    /** A viewer that keeps up loses nothing when its ring must discard tags. */
    @Test
    void ringOutOfMemoryAffectsOnlyViewersBehind() {
        entry(1);
        HeldSink slow = join();
        HeldSink other = join();
        slow.sent();
        other.sent();
        slow.ready = false;
        for (int name = 2; name < 8; name++) {
            publish(new TagEvent.Frame(tag(FlvTag.Type.VIDEO, name, 4 << 20), name == 6, true));
            channel.runPendingTasks();
        }
        assertThat(other.sent()).containsExactly("2", "3", "4", "5", "6", "7");
        slow.ready = true;
        slow.more.run();
        assertThat(slow.sent()).containsExactly("skipped 4", "6", "7");
    }

    @Test
    void countsTagBytesOncePerViewer() {
        entry(1);
        join();
        join();
        channel.runPendingTasks();
        frame(2);
        broadcast.flush();
        channel.runPendingTasks();
        assertThat(registry.get("millrace.edge.bytes.sent").tag("protocol", "flv").counter().count())
                .isEqualTo(2 * (3 + 16 + 16));
    }

    @Test
    void sendsEachViewerItsTracks() {
        entry(1);
        HeldSink both = join();
        HeldSink picture = join(Selection.VIDEO);
        assertThat(broadcast.entry(Selection.AUDIO)).as("no audio yet").isNull();
        publish(sound(2));
        publish(sound(3));
        HeldSink sound = join(Selection.AUDIO);
        publish(picture(4));
        publish(sound(5));
        assertThat(both.sent()).containsExactly("FLV", "1", "2 3", "4 5");
        assertThat(picture.sent()).containsExactly("FLV", "1", "4");
        assertThat(sound.sent()).as("begins with the latest sound").containsExactly("FLV", "3", "5");
    }

    @Test
    void skippingViewerReceivesHeadersOfItsTracksOnly() {
        entry(1);
        publish(sound(2));
        HeldSink sound = join(Selection.AUDIO);
        HeldSink both = join();
        sound.sent();
        both.sent();
        sound.ready = false;
        both.ready = false;
        frame(6);
        publish(sound(7));
        headers = List.of(tag(FlvTag.Type.VIDEO, 8));
        pass(6_000);
        entry(3);
        publish(sound(4));
        sound.ready = true;
        both.ready = true;
        broadcast.flush();
        sound.more.run();
        both.more.run();
        assertThat(both.sent()).containsExactly("skipped 2", "8", "3 4");
        assertThat(sound.sent()).containsExactly("skipped 3", "4");
    }

    @Test
    void encodesMessagesOnlyWhileWatched() {
        entry(1);
        long before = memory.bytes();
        frame(2);
        long tagBytes = memory.bytes() - before;
        HeldSink tags = join();
        var player = new HeldSink(channel, Selection.ALL, MessageLayout.FRAMING);
        viewers.add(player);
        broadcast.open(MessageLayout.FRAMING.layout());
        broadcast.join(player, broadcast.entry(Selection.ALL), OPENING);
        assertThat(received(player)).as("the latest GOP")
                .isEqualTo(bytes(OPENING, message(1), message(2)));
        assertThat(tags.sent()).containsExactly("FLV", "1 2");
        publish(picture(3));
        assertThat(received(player)).isEqualTo(message(3));
        assertThat(tags.sent()).containsExactly("3");
        broadcast.notice(false, offset, headers);
        broadcast.flush();
        assertThat(received(player)).isEqualTo(PlayChunks.dry());
        assertThat(tags.sent()).as("FLV has no such message").isEmpty();
        broadcast.closeUnwatched(MessageLayout.FRAMING.layout());
        assertThat(broadcast.layouts()).as("a viewer uses the layout").contains(MessageLayout.FRAMING.layout());
        broadcast.leave(player);
        broadcast.closeUnwatched(MessageLayout.FRAMING.layout());
        publish(picture(4));
        assertThat(received(player)).isEmpty();
        assertThat(tags.sent()).containsExactly("4");
        assertThat(broadcast.layouts()).containsExactly(Layout.BASE);
        assertThat(memory.bytes()).isEqualTo(before + 3 * tagBytes);
    }

    @Test
    void rtmpPlayerBehindSkipsLikeOthers() {
        entry(1);
        var player = new HeldSink(channel, Selection.ALL, MessageLayout.FRAMING);
        viewers.add(player);
        broadcast.open(MessageLayout.FRAMING.layout());
        broadcast.join(player, broadcast.entry(Selection.ALL), OPENING);
        received(player);
        player.ready = false;
        frame(2);
        pass(6_000);
        entry(3);
        broadcast.flush();
        frame(4);
        broadcast.flush();
        player.ready = true;
        player.more.run();
        assertThat(player.sent()).contains("skipped 1");
        assertThat(received(player)).isEqualTo(bytes(message(3), message(4)));
    }

    /** Returns what a player has received since the last call. */
    private byte[] received(HeldSink player) {
        channel.runPendingTasks();
        byte[] all = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(player.pieces.stream().map(ByteBuf::duplicate)
                .toArray(ByteBuf[]::new)));
        player.pieces.forEach(ByteBuf::release);
        player.pieces.clear();
        return all;
    }

    private static byte[] message(int name) {
        return PlayChunks.message(MediaKind.VIDEO, 0, ByteBuffer.wrap(new byte[]{(byte) name}));
    }

    private static byte[] bytes(byte[]... all) {
        return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(all));
    }

    private HeldSink join() {
        return join(Selection.ALL);
    }

    private HeldSink join(Selection selection) {
        var viewer = new HeldSink(channel, selection);
        viewers.add(viewer);
        broadcast.flush();
        broadcast.join(viewer, broadcast.entry(viewer.selection()), OPENING);
        channel.runPendingTasks();
        return viewer;
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    private void entry(int name) {
        broadcast.publish(new TagEvent.Frame(tag(FlvTag.Type.VIDEO, name), true, true), offset++, 0, headers);
    }

    private void frame(int name) {
        broadcast.publish(picture(name), offset++, 0, headers);
    }

    private static TagEvent.Media picture(int name) {
        return new TagEvent.Frame(tag(FlvTag.Type.VIDEO, name), false, true);
    }

    private static TagEvent.Media sound(int name) {
        return new TagEvent.Frame(tag(FlvTag.Type.AUDIO, name), false, false);
    }

    private static FlvTag tag(FlvTag.Type type, int name) {
        return tag(type, name, 1);
    }

    private static FlvTag tag(FlvTag.Type type, int name, int sizeBytes) {
        return new FlvTag(type, 0, ByteBuffer.allocate(sizeBytes).put(0, (byte) name));
    }
}
