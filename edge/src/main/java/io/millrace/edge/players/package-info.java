/**
 * What viewers experience, by the reports of their players (CMCD): sessions by stream, their distributions, the sums
 * that the log has, and those of all edges together. Who is connected is in {@code audience}. Sessions are thread-safe;
 * the sums belong to the thread of the feed.
 */
package io.millrace.edge.players;
