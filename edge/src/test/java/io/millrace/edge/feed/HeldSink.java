package io.millrace.edge.feed;

import io.millrace.edge.audience.Protocol;
import io.millrace.edge.live.Selection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A viewer whose socket a test fills and empties; its loop is that of an embedded channel. */
final class HeldSink implements FlvSink {
    private final EmbeddedChannel channel;
    private final Selection selection;
    private final List<String> events = new ArrayList<>();
    final List<ByteBuf> pieces = new ArrayList<>();
    Runnable more;
    /** Runs within the next send. */
    Runnable onSend = () -> {};
    boolean ready = true;

    HeldSink(EmbeddedChannel channel) {
        this(channel, Selection.ALL);
    }

    HeldSink(EmbeddedChannel channel, Selection selection) {
        this.channel = channel;
        this.selection = selection;
    }

    @Override
    public Selection selection() {
        return selection;
    }

    @Override
    public EventExecutor loop() {
        return channel.eventLoop();
    }

    @Override
    public Protocol protocol() {
        return Protocol.FLV;
    }

    @Override
    public Framing framing() {
        return Framing.PLAIN;
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

    /** Tells a tag by the first byte of its body. */
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
    public void end() {
        events.add("end");
    }

    /** What happened since the last time; what was sent together is one string. */
    List<String> told() {
        channel.runPendingTasks();
        List<String> told = List.copyOf(events);
        events.clear();
        return told;
    }
}
