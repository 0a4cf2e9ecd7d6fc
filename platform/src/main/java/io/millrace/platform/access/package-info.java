/**
 * Who may publish and play what, independent of the protocol: a request, a decision, and the policy between them. Policies
 * themselves belong to the services. A policy is called on any thread and never blocks.
 */
package io.millrace.platform.access;
