/**
 * The ingest service: accepts publishers on any node and writes their packets to the log. Wiring and settings
 * are here; the publications are in {@code publish}, the lease on a stream name in {@code session}, access rules in
 * {@code policy}.
 */
package io.millrace.ingest;
