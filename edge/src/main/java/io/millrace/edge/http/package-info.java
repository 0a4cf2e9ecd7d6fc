/**
 * The HTTP listener. The thread {@code edge-accept} accepts connections; the threads {@code edge-http-N} are their
 * event loops. The handlers of a connection are confined to its event loop.
 *
 * <p>{@link io.millrace.platform.net.ConnectionAdmission} limits the number of connections; {@code Refusal} answers
 * those over the limit. The pipeline of the others: {@code ConnectionGuard} (time limits), {@code ProxyDetector} (if a
 * trusted proxy connects), TLS (with a certificate), {@code HttpVersionDetector}, {@code ReadGate} (keeps pipelined requests as bytes), the HTTP/1.1 codec,
 * {@code RequestGate} (one request at a time), {@code EdgeHandler} (passes each request to an endpoint of
 * {@code edge.hls} or {@code edge.flv}, or to the API or the web page here). {@code HttpResponder} answers one request.
 * For a WebSocket viewer, Netty's frame codec and a handler of {@code edge.flv} replace the HTTP codec and its gates.
 *
 * <p>For HTTP/2, {@code Http2Pipeline} replaces all handlers after the detector, or {@code H2cUpgrade} does: {@code
 * FrameGate} (whole frames, a few requests per turn), Netty's codec and multiplexer, {@code Http2Connection} (limits, and
 * the end of the connection). Each stream is a channel with {@code Http2Stream} and {@code EdgeHandler}.
 */
package io.millrace.edge.http;
