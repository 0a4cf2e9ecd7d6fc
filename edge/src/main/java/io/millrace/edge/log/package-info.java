/**
 * Reads the log for an edge, by assignment and without a consumer group: a {@code Tail} follows a topic, a
 * {@code ReaderPool} reads what lies further back, shared and in turns. What the records mean to a viewer belongs to
 * the rooms above.
 *
 * <p>Threads: each {@code Tail} is one ({@code edge-directory} follows {@code streams}), and so is each reader of a
 * pool ({@code edge-ranges-N}, {@code edge-parts-N}, {@code edge-past-N}, {@code edge-past-parts-N},
 * {@code edge-past-packets-N}); each owns its consumer. None of them waits for a viewer, and no event loop waits for
 * any of them: results are handed over as tasks.
 */
package io.millrace.edge.log;
