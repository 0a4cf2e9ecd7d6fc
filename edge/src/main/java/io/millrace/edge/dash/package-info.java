/**
 * DASH over HTTP: MPDs of live and past media, for the same CMAF segments as HLS, whose URLs and responses are those of
 * {@code edge.hls}. Everything runs on event loops, without blocking. The MPDs are rendered in {@code edge.view}; those
 * of past media off the event loops, by {@code edge.past}.
 */
package io.millrace.edge.dash;
