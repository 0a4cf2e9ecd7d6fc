/**
 * What an edge reads of the log, by assignment and without a group.
 *
 * <p>Threads: {@code edge-directory} follows {@code streams}; {@code edge-index} follows the index of streams that are
 * watched here; {@code edge-packets} follows the packets of streams that are watched by FLV here; {@code edge-ranges-N}
 * read what was before, {@code edge-parts-N} read parts at their first request; {@code edge-past-N} and
 * {@code edge-past-parts-N} read for HLS viewers of the past and {@code edge-past-packets-N} for those of FLV, for whom
 * those of the present never wait. Each owns its consumer. None of them waits for a viewer, and no event loop waits for
 * any of them: answers are handed over as tasks.
 */
package io.millrace.edge.feed;
