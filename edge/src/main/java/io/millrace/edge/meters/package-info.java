/**
 * Every meter of the edge, and the protocols and reasons that label them. Thread-safe. The other packages of the edge
 * depend on this one.
 */
package io.millrace.edge.meters;
