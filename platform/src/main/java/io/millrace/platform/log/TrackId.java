package io.millrace.platform.log;

/**
 * Names a track of an epoch.
 *
 * @param kind audio or video
 * @param id number among the tracks of its kind, as in {@link Track}
 */
public record TrackId(Packet.Kind kind, int id) {}
