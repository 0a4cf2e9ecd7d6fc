/**
 * The HTTP listener: {@code edge-accept} accepts, {@code edge-http-N} are the event loops. Everything of a connection is
 * confined to its loop.
 *
 * <p>A connection's handlers: {@code StallGuard} (a client that takes no byte), HTTP/1.1 codec, {@code RequestGate} (one
 * request at a time, timeouts), {@code EdgeHandler} (routes). {@code Exchange} is one request with its response. A viewer of
 * WebSocket-FLV has Netty's codec of frames and {@code WebSocketGate} in place of the codec and the gate of HTTP.
 */
package io.millrace.edge.http;
