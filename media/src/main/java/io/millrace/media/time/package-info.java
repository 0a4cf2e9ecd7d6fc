/**
 * Timestamps: unwrapping of 32-bit counters, sample clocks, conversion between time bases. Integers only. Pure.
 */
package io.millrace.media.time;
