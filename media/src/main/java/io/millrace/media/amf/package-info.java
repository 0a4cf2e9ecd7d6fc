/**
 * Action Message Format 0 and 3 as used by RTMP commands and FLV script tags: bytes to values and back, with bounds on
 * depth and size. Pure; confined to the calling thread.
 */
package io.millrace.media.amf;
