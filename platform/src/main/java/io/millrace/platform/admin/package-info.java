/**
 * The admin port: metrics, liveness and readiness, and the resources that stages add. It is not for viewers;
 * {@code edge} contains the public HTTP port. Requests run on the server's own threads.
 */
package io.millrace.platform.admin;
