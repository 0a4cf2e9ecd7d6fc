/** Who watches at this edge: counted by stream and protocol, listed, and let go on demand. */
package io.millrace.edge.audience;
