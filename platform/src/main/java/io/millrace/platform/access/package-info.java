/**
 * Access control for publishing and playing, independent of the protocol: the request, the decision, the interface of
 * the policy that decides, and the policy of the settings, {@link io.millrace.platform.access.AccessGate}. Secrets do
 * not leave this package: a key never becomes a name, a label or part of a log line. A policy is called on any thread
 * and never blocks.
 */
package io.millrace.platform.access;
