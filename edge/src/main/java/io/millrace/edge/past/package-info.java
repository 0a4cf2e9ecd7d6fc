/**
 * Finds and reads what a stream retains: playlists of a range for HLS, tags of a range for FLV. Reads run on pools of
 * their own, so that live viewers never wait for viewers of the past; see {@link io.millrace.edge.log}. Each version of
 * a playlist is put together on a virtual thread, which waits for these reads.
 */
package io.millrace.edge.past;
