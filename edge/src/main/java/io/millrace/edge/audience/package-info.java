/** The viewers of this edge: counted by stream and protocol, listed, and disconnected on request. */
package io.millrace.edge.audience;
