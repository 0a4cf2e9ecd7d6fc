package io.millrace.edge.fanout;

import io.millrace.edge.meters.Protocol;
import io.millrace.edge.view.Selection;
import io.millrace.platform.timeline.Tracks;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A viewer whose socket a test fills and empties; its event loop is that of an embedded channel. */
final class HeldSink implements FlvSink {
    private final EmbeddedChannel channel;
    private final Selection selection;
    private final Framing framing;
    private final EventExecutor loop;
    private final List<String> events = new ArrayList<>();
    final List<ByteBuf> pieces = new ArrayList<>();
    Runnable more;
    /** Runs during the next send. */
    Runnable onSend = () -> {};
    boolean ready = true;

    HeldSink(EmbeddedChannel channel) {
        this(channel, Selection.ALL);
    }

    HeldSink(EmbeddedChannel channel, Selection selection) {
        this(channel, selection, Framing.PLAIN);
    }

    HeldSink(EmbeddedChannel channel, Selection selection, Framing framing) {
        this(channel, selection, framing, channel.eventLoop());
    }

    HeldSink(EmbeddedChannel channel, Selection selection, Framing framing, EventExecutor loop) {
        this.channel = channel;
        this.loop = loop;
        this.selection = selection;
        this.framing = framing;
    }

    @Override
    public Selection selection() {
        return selection;
    }

    @Override
    public EventExecutor loop() {
        return loop;
    }

    @Override
    public Protocol protocol() {
        return Protocol.FLV;
    }

    @Override
    public Framing framing() {
        return framing;
    }

    @Override
    public void start(Runnable more) {
        this.more = more;
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public void send(List<ByteBuf> borrowed) {
        borrowed.forEach(piece -> pieces.add(piece.retain()));
        events.add(borrowed.stream().map(HeldSink::name).collect(Collectors.joining(" ")));
        Runnable now = onSend;
        onSend = () -> {};
        now.run();
    }

    /** Names a tag by the first byte of its body. */
    private static String name(ByteBuf piece) {
        return piece.readableBytes() < 12
                ? piece.toString(StandardCharsets.US_ASCII)
                : String.valueOf(piece.getByte(11));
    }

    @Override
    public void skipped(long tags) {
        events.add("skipped " + tags);
    }

    @Override
    public void tooSlow() {
        events.add("too slow");
    }

    @Override
    public void busy() {
        events.add("busy");
    }

    @Override
    public void lacksTrack(Tracks tracks) {
        events.add("lacks track of " + tracks.names());
    }

    @Override
    public void end() {
        events.add("end");
    }

    /** Returns the events since the last call; tags that were sent together are one string. */
    List<String> sent() {
        channel.runPendingTasks();
        List<String> result = List.copyOf(events);
        events.clear();
        return result;
    }
}
