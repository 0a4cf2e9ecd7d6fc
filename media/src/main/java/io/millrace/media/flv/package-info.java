/**
 * FLV files and tags, and the tag bodies of legacy and Enhanced RTMP: bytes to typed bodies and back. The position of a
 * tag on a timeline is decided elsewhere. Pure.
 */
package io.millrace.media.flv;
