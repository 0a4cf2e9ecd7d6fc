/**
 * Reading and writing of big-endian fields, and the exceptions that every format throws: malformed, unsupported, over
 * limit. Independent of any format. Pure.
 */
package io.millrace.media.bytes;
