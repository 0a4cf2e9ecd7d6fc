/**
 * Test code that several modules share: the broker, the log capture, the clip that encoders send, the recording
 * viewers, sample records and tapes of the log. Test scope only, and one of each in the whole tree. Tests of
 * {@code platform} that need this code are in this module, because {@code platform} cannot depend on it.
 */
package io.millrace.testkit;
