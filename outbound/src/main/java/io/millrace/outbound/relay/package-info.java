/**
 * Relays: publish streams of the log to RTMP servers, each with a position that another process can take over. One
 * thread follows the consumer group; each relay of a stream has a virtual thread of its own.
 */
package io.millrace.outbound.relay;
