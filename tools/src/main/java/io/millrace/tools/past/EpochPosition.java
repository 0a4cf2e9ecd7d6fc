package io.millrace.tools.past;

import io.millrace.platform.log.Keyframe;
import io.millrace.platform.timeline.Tracks;

/**
 * A frame of an epoch at which a reader can start, with everything that a decoder needs before it. Immutable.
 *
 * @param epoch number of the epoch
 * @param start the frame: a keyframe or, in a stream without video, any frame
 * @param tracks the default tracks, with the configurations that are in force at the frame
 */
public record EpochPosition(long epoch, Keyframe start, Tracks tracks) {}
