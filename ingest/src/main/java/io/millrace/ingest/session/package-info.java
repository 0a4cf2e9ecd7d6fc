/**
 * Decides which sessions of streams have ended: the lease table, the loop that owns partitions of {@code sessions}, and
 * the writer that all publications share. One thread owns the leases; other threads send it messages.
 */
package io.millrace.ingest.session;
