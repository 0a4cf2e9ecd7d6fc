/**
 * Shared by the listeners of all protocols: the client's address, limits per address and process, log lines that peers
 * cause, and writes to many viewers.
 */
package io.millrace.platform.net;
