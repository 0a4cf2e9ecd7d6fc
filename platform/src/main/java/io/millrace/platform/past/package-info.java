/**
 * Access to past media: finds a moment in the log with the configurations that apply there, and reads ranges of the
 * log. The edge adds caches and limits concurrent reads; the tools use these classes as they are.
 *
 * <p>{@link io.millrace.platform.past.MomentSearch} is pure. {@link io.millrace.platform.past.RangeReader},
 * {@link io.millrace.platform.past.PacketRange}, {@link io.millrace.platform.past.Moments} and {@link
 * io.millrace.platform.past.Cuts} block on Kafka and are confined to one thread at a time.
 */
package io.millrace.platform.past;
