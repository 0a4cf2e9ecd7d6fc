/** Pure views of the log for viewers: playlists from the index, FLV tags from packets. No I/O, threads or clock. */
package io.millrace.edge.view;
