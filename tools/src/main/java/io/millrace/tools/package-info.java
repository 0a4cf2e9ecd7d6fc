/**
 * Tasks that end by themselves: export, push, replay. A {@link io.millrace.tools.Job} blocks the thread that runs the
 * job. The launcher handles flags, progress lines and signals.
 */
package io.millrace.tools;
