/**
 * Turns a cut and its packets into a part and its index entry. Pure: the same cuts and packets of a segment always
 * result in the same bytes, on any node.
 */
package io.millrace.packager.mux;
