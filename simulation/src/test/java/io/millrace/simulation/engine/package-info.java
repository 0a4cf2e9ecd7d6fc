/**
 * Virtual time and chance, on which everything else in the simulation depends. Nothing here knows Kafka or Millrace. One
 * thread runs one simulation.
 */
package io.millrace.simulation.engine;
