package io.millrace.edge.fanout;

import io.millrace.edge.view.Selection;
import io.millrace.edge.view.TrackParameter;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The viewers of one stream: those that wait for it to start, those that switch from past media to the live stream
 * ({@link FlvChannel.Seam}), and those that play. Attaches them to the stream's broadcast. Confined to the packet
 * feed's thread; viewers are called on their own event loops.
 */
final class ChannelViewers {
    private final Set<FlvSink> waiting = new LinkedHashSet<>();
    private final List<FlvChannel.Seam> seams = new ArrayList<>();
    private final Set<FlvSink> playing = new HashSet<>();

    boolean isEmpty() {
        return waiting.isEmpty() && seams.isEmpty() && playing.isEmpty();
    }

    /** Adds a viewer that waits for the stream to start. */
    void join(FlvSink sink) {
        waiting.add(sink);
    }

    /** Adds a viewer that waits to switch from past media to the live stream. */
    void join(FlvChannel.Seam seam) {
        seams.add(seam);
    }

    /** Removes a viewer. Returns whether it was playing. */
    boolean leave(FlvSink sink) {
        waiting.remove(sink);
        seams.removeIf(seam -> seam.sink() == sink);
        return playing.remove(sink);
    }

    /** Returns the layouts in which waiting viewers will watch. */
    Set<Layout> awaitedLayouts() {
        return waiting.stream().map(sink -> sink.framing().layout()).collect(Collectors.toSet());
    }

    /**
     * Starts the waiting viewers for whom the broadcast has an entry point; rejects those that have chosen a track that
     * the stream lacks, and ends those that select no track of it.
     *
     * @param tracks all tracks of the stream
     * @param chosen those of the broadcast
     */
    void startWaiting(Tracks tracks, ChosenTracks chosen, FlvBroadcast broadcast) {
        if (waiting.isEmpty()) {
            return;
        }
        List<FlvSink> lacking = waiting.stream()
                .filter(sink -> !TrackParameter.areIn(tracks, chosen, sink.selection())).toList();
        lacking.forEach(sink -> sink.execute(() -> sink.lacksTrack(tracks)));
        lacking.forEach(waiting::remove);
        Tracks own = tracks.choose(chosen);
        for (Layout layout : awaitedLayouts()) {
            for (Selection selection : Selection.values()) {
                start(waiting.stream()
                        .filter(sink -> sink.selection() == selection && sink.framing().layout() == layout).toList(),
                        layout, selection, own, broadcast);
            }
        }
    }

    private void start(List<FlvSink> sinks, Layout layout, Selection selection, Tracks tracks, FlvBroadcast broadcast) {
        Tracks selected = selection.of(tracks);
        if (sinks.isEmpty()) {
            return;
        }
        if (selected.isEmpty()) {
            sinks.forEach(sink -> sink.execute(sink::end));
            sinks.forEach(waiting::remove);
            return;
        }
        // Before entry(), since the memory for a further layout may be taken from tags where viewers would begin.
        broadcast.open(layout);
        TagRing.Entry entry = broadcast.entry(selection);
        if (entry != null) {
            byte[] opening = layout.opening(selected, selection.of(entry.headers()), entry.timestampMs());
            sinks.forEach(sink -> {
                broadcast.join(sink, entry, opening);
                playing.add(sink);
                waiting.remove(sink);
            });
        }
    }

    /**
     * Switches viewers of past media to the broadcast once all records before their position have been folded. A viewer
     * for which the ring lacks tags from its position on, or whose epoch is another one, goes on reading the log.
     */
    void startSeams(long epoch, ChannelFold fold, FlvBroadcast broadcast) {
        seams.removeIf(seam -> {
            if (seam.epoch() == epoch && seam.offset() > fold.foldedTo()) {
                // The viewer's reader was ahead of the live tail.
                return false;
            }
            boolean joined = seam.epoch() == epoch
                    && broadcast.joinAt(seam.sink(), seam.offset(), seam.headers(), fold.headers());
            if (joined) {
                playing.add(seam.sink());
            } else {
                seam.turnAway();
            }
            return true;
        });
    }

    /** Makes all viewers that wait to switch to the live stream go on reading the log. */
    void turnAwaySeams() {
        seams.forEach(FlvChannel.Seam::turnAway);
        seams.clear();
    }

    /** Removes and returns the viewers that wait for the stream to start. */
    List<FlvSink> takeWaiting() {
        List<FlvSink> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    /** Ends all viewers except those that play, which the broadcast ends. */
    void end() {
        takeWaiting().forEach(sink -> sink.execute(sink::end));
        seams.forEach(seam -> seam.sink().execute(seam.sink()::end));
        seams.clear();
        playing.clear();
    }
}
