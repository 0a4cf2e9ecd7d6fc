/**
 * Access control for publishing and playing, independent of the protocol: the request, the decision, and the interface
 * of the policy that decides. The policies themselves belong to the services. A policy is called on any thread and
 * never blocks.
 */
package io.millrace.platform.access;
