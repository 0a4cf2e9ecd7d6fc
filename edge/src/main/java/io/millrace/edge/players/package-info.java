/**
 * The quality that viewers experience, according to the reports of their players (CMCD): playback sessions by stream,
 * distributions over them, the sums that this edge writes to the log, and the sums of all edges. Connected viewers are in
 * {@code audience}. Sessions are thread-safe; the sums are confined to the thread of the feed.
 */
package io.millrace.edge.players;
