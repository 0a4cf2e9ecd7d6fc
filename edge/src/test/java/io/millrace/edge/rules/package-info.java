/**
 * A checker of the rules of low-latency HLS (docs/protocols.md, 7.1 and 7.2) that sees an edge from outside only. It
 * shares no code with the edge, nor with the formats that the edge uses. Runs on the thread of the test.
 */
package io.millrace.edge.rules;
