/**
 * Serves FLV over HTTP and WebSocket: live streams from {@code edge.fanout}, past media from {@code edge.past}. A
 * viewer is confined to the event loop of its connection.
 */
package io.millrace.edge.flv;
