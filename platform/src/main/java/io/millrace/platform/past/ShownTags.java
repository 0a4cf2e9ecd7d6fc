package io.millrace.platform.past;

import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.timeline.TagEvent;
import java.util.List;

/**
 * Omits the frames of withdrawn packets from the tags of a stream, and those after them up to the next one with which
 * playback can start. Sequence headers are kept: they apply to what follows, too. Confined to one thread.
 */
public final class ShownTags {
    private boolean awaitsEntry;

    /**
     * Returns the events that a reader may show.
     *
     * @param events those of one packet
     * @param offset of the packet
     */
    public List<TagEvent> of(List<TagEvent> events, Withdrawals withdrawals, long epoch, long offset) {
        if (!awaitsEntry && withdrawals.isEmpty()) {
            return events;
        }
        boolean withdrawn = withdrawals.ofPacket(epoch, offset).isPresent();
        awaitsEntry |= withdrawn;
        return events.stream().filter(event -> !(event instanceof TagEvent.Frame frame) || shows(frame, withdrawn))
                .toList();
    }

    private boolean shows(TagEvent.Frame frame, boolean withdrawn) {
        awaitsEntry &= withdrawn || !(frame.entry() && frame.leads());
        return !awaitsEntry;
    }
}
