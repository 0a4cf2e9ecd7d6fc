/**
 * The HTTP listener: {@code edge-accept} accepts, {@code edge-http-N} are the event loops. Everything of a connection is
 * confined to its loop.
 *
 * <p>A connection's handlers: {@code StallGuard} (a client that takes no byte), HTTP/1.1 codec, {@code RequestGate} (one
 * request at a time, timeouts), {@code EdgeHandler} (routes). {@code Exchange} is one request with its response.
 */
package io.millrace.edge.http;
