/**
 * Publishes over RTMP in real time: media files (push) and past streams from the log (replay). Runs on the job's
 * thread.
 */
package io.millrace.tools.push;
