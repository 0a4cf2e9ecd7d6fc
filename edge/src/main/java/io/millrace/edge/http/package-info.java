/**
 * The HTTP listener: {@code edge-accept} accepts, {@code edge-http-N} are the event loops. Everything of a connection is
 * confined to its loop.
 *
 * <p>{@code Admission} says whether there is room for a connection; {@code Refusal} tells those for whom there is none. The
 * handlers of the others: {@code ConnectionGuard} (who takes too long), {@code ProxyDetector} where a trusted proxy connects,
 * {@code ReadGate} (a pipeline stays bytes), HTTP/1.1 codec, {@code RequestGate} (one request at a time), {@code EdgeHandler} (routes). {@code Exchange} is one request
 * with its response. A viewer of WebSocket-FLV has Netty's codec of frames and {@code WebSocketGate} in place of the codec
 * and the gate of HTTP.
 */
package io.millrace.edge.http;
