/**
 * Deterministic simulation of Millrace: production's session fold, leases, owners and publications over a model of Kafka, in
 * virtual time and on one thread. One seed is one history. See {@code simulation/README.md}.
 */
package io.millrace.simulation;
