/**
 * From a cut and the packets that it names to a part and what the index says of it. Pure: the same cuts and packets of
 * a segment give the same bytes, whoever makes them and however often.
 */
package io.millrace.packager.mux;
