/**
 * The HTTP listener. The thread {@code edge-accept} accepts connections; the threads {@code edge-http-N} are their
 * event loops. The handlers of a connection are confined to its event loop.
 *
 * <p>{@link io.millrace.platform.net.ConnectionAdmission} limits the number of connections; {@code Refusal} answers
 * those over the limit. The pipeline of the others: {@code ConnectionGuard} (time limits), {@code ProxyDetector} (if a
 * trusted proxy connects), {@code ReadGate} (keeps pipelined requests as bytes), the HTTP/1.1 codec,
 * {@code RequestGate} (one request at a time), {@code EdgeHandler} (passes each request to an endpoint of
 * {@code edge.hls} or {@code edge.flv}, or to the API or the web page here). {@code HttpResponder} answers one request.
 * For a WebSocket viewer, Netty's frame codec and a handler of {@code edge.flv} replace the HTTP codec and its gates.
 */
package io.millrace.edge.http;
