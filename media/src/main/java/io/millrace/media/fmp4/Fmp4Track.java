package io.millrace.media.fmp4;

import io.millrace.media.isobmff.SampleEntry;

/**
 * One track of an init section. Immutable.
 *
 * @param id track_ID, from 1
 * @param timescale ticks per second of all times of the track
 * @param entry description of all its samples; another one needs another init section
 */
public record Fmp4Track(int id, int timescale, SampleEntry entry) {}
