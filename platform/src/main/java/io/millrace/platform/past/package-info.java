/**
 * Any moment of the past: where the log holds what was shown at a time, and how it is read from there.
 *
 * <p>{@link io.millrace.platform.past.MomentSearch} is pure; {@link io.millrace.platform.past.RangeReader} and
 * {@link io.millrace.platform.past.Moments} block on Kafka and are confined to the thread that has them.
 */
package io.millrace.platform.past;
