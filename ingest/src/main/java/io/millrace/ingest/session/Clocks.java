package io.millrace.ingest.session;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The clocks of an ingest node. Immutable.
 *
 * @param wall the wall clock of this machine
 * @param monotonicMs a clock that never jumps, in ms; its origin has no meaning
 * @param skew how far the wall clock is ahead of the brokers' clocks
 */
public record Clocks(InstantSource wall, LongSupplier monotonicMs, ClockSkew skew) {}
