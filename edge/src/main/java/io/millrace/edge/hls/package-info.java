/**
 * Serves HLS: playlists and segments of live streams and of past media, and an estimate of the number of viewers. Also
 * has what HLS and DASH share: responses, the audience, and the log that is followed.
 * Called on the event loops of HTTP connections; nothing here blocks or owns a thread.
 */
package io.millrace.edge.hls;
