package io.millrace.edge.fanout;

import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.view.EpochView;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.PeerLog;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Starts channels: when the directory has the tracks of a channel's stream, the starter waits for the index of the
 * epoch, reads the log from the latest keyframe to the live tail ({@link Backfill}), and passes the records to the
 * channel. Confined to the packet feed's thread.
 */
final class ChannelStarter {
    private static final PeerLog LOG = new PeerLog(LoggerFactory.getLogger(ChannelStarter.class));

    private final StreamDirectory directory;
    private final EpochSource epochs;
    private final Backfill backfill;
    private final Executor feed;
    private final Consumer<FlvChannel> sweep;

    /**
     * @param feed runs tasks on the packet feed's thread
     * @param sweep removes a channel that is over or has no viewers
     */
    ChannelStarter(StreamDirectory directory, EpochSource epochs, Backfill backfill, Executor feed,
            Consumer<FlvChannel> sweep) {
        this.directory = directory;
        this.epochs = epochs;
        this.backfill = backfill;
        this.feed = feed;
        this.sweep = sweep;
    }

    /**
     * Starts to read the past if the channel waits for its tracks and the directory knows them now. Called when the
     * channel has been opened or joined, and whenever its stream's entry in the directory has changed.
     */
    void fill(FlvChannel channel) {
        StreamEntry entry = directory.newest(channel.stream()).orElse(null);
        if (entry != null && entry.state() == StreamEntry.State.ENDED && channel.state() == FlvChannel.State.WAITING) {
            channel.turnAwaySeams();
        }
        if (entry != null && channel.tracksKnown(entry)) {
            // The index tells where the latest keyframe is.
            epochs.watch(entry).await(_ -> true, view -> feed.execute(() -> readPast(channel, view)));
        }
    }

    private void readPast(FlvChannel channel, EpochView view) {
        if (channel.state() != FlvChannel.State.FILLING) {
            // Its viewers have left.
            return;
        }
        channel.startAt(Backfill.start(channel.entry(), view));
        backfill.read(channel.entry(), view, channel.tailFrom())
                .whenComplete((past, failure) -> feed.execute(() -> {
                    if (failure == null) {
                        guard(channel, () -> channel.filled(past));
                        channel.flush();
                    } else {
                        failed(channel, failure);
                    }
                    sweep.accept(channel);
                }));
    }

    private static void failed(FlvChannel channel, Throwable failure) {
        String stream = channel.stream();
        if (failure instanceof BusyException) {
            LOG.log(Level.INFO, stream, "{}: viewers are refused: {}", stream, failure.getMessage());
            channel.busy();
        } else {
            LOG.log(Level.WARN, stream, "the packets of {} could not be read", stream, failure);
            channel.over();
        }
    }

    /** Runs {@code work} for a channel. If it fails, only the viewers of this stream are disconnected. */
    static void guard(FlvChannel channel, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, channel.stream(), "viewers of {} are disconnected", channel.stream(), e);
            channel.over();
        }
    }
}
