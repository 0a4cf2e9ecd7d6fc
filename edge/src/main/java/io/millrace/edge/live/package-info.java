/**
 * What viewers see, as pure folds: the directory, playlists out of the index, FLV tags out of packets. No I/O, no thread,
 * no clock. {@code Directory} and its {@code IngestNodes} alone are shared between threads.
 */
package io.millrace.edge.live;
