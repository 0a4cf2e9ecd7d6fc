/**
 * Access to past media: finds a moment in the log with the configurations that apply there, and reads ranges of the
 * log. The edge adds caches and turns to it, the tools use it as it is.
 *
 * <p>{@link io.millrace.platform.past.MomentSearch} is pure. {@link io.millrace.platform.past.RangeReader},
 * {@link io.millrace.platform.past.PacketRange}, {@link io.millrace.platform.past.Moments} and {@link
 * io.millrace.platform.past.Cuts} block on Kafka and are confined to one thread at a time.
 */
package io.millrace.platform.past;
