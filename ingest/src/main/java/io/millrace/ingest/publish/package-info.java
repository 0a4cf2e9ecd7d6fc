/**
 * Writes publishers' messages to {@code packets}: one publication per publisher, its limits, and the gate that decides
 * whether a name may be published. A publication is owned by the event loop of its connection; other threads send it
 * commands.
 */
package io.millrace.ingest.publish;
