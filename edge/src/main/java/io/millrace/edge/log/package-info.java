/**
 * Reads the log for an edge, by partition assignment and without a consumer group: a {@code Tail} follows a topic, a
 * {@code ReaderPool} reads older records; such reads are shared, and clients take turns. What the records mean to a
 * viewer belongs to the packages that use this one.
 *
 * <p>Threads: each {@code Tail} has one ({@code edge-directory} follows {@code streams} and {@code nodes}), and so has
 * each reader of a pool ({@code edge-ranges-N}, {@code edge-parts-N}, {@code edge-past-N}, {@code edge-past-parts-N},
 * {@code edge-past-packets-N}); each thread owns its consumer. None of these threads waits for a viewer, and no event
 * loop waits for one of them: results are passed on as tasks.
 */
package io.millrace.edge.log;
