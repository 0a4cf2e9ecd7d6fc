/**
 * Delivers the tags of live streams to FLV and RTMP viewers: one ring of tags per stream, encoded in each
 * {@code Layout} in which it is watched and shared by all viewers. The thread {@code edge-packets} reads the log, folds
 * the records of each {@code FlvChannel}, and writes the rings; each event loop sends to its own viewers through a
 * {@code LoopAudience}. A further output brings its own {@code Framing} and, unless it sends FLV tags, its own layout.
 */
package io.millrace.edge.fanout;
