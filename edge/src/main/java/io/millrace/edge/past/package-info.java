/**
 * Finds and reads past media that the log retains: playlists of a range for HLS, tags of a range for FLV. Reads run on
 * pools of their own, so that live viewers never wait for viewers of past media; see {@link io.millrace.edge.log}. Each
 * version of a playlist is assembled on a virtual thread, which waits for these reads.
 */
package io.millrace.edge.past;
