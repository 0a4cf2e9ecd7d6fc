/**
 * Serves HLS: playlists and segments of live streams and of the past, and the estimate of who watches. Called on the
 * event loops of HTTP connections; nothing here blocks or owns a thread.
 */
package io.millrace.edge.hls;
