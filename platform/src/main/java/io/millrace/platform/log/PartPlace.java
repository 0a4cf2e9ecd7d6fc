package io.millrace.platform.log;

/**
 * Where one part is in {@code parts}.
 *
 * @param offset of its record in the stream's partition
 * @param sizeBytes of the part
 */
public record PartPlace(long offset, int sizeBytes) {}
