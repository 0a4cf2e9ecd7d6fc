package io.millrace.tools.past;

import io.millrace.platform.timeline.TagEvent;
import java.util.Optional;

/**
 * A tag that was read from the log. Immutable.
 *
 * @param event the tag, or the end of the epoch
 * @param arrivalMs time at which its packet arrived at ingest, ms since 1970
 * @param position where a reader can start in order to begin with this tag; empty if playback cannot begin with it
 */
public record LogTag(TagEvent event, long arrivalMs, Optional<EpochPosition> position) {}
