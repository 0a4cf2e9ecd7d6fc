/**
 * Folds over the {@code packets} topic: which packets count, the time of each on its epoch's timeline, and the FLV tags
 * that viewers and exported files receive. Pure: records and time are arguments, and each fold is confined to the
 * thread that reads the log for it.
 */
package io.millrace.platform.timeline;
