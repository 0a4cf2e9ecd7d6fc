/**
 * Serves HLS: playlists and segments of live streams and of past media, and an estimate of the number of viewers.
 * Called on the event loops of HTTP connections; nothing here blocks or owns a thread.
 */
package io.millrace.edge.hls;
