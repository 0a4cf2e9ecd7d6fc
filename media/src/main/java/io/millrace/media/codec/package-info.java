/**
 * Codec configurations and bitstreams, one class per codec: configuration records, parameter sets, frame headers.
 * Independent of containers: FLV, MPEG-TS and MP4 use this package and never each other. Pure.
 */
package io.millrace.media.codec;
