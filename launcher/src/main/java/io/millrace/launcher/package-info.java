/**
 * The {@code millrace} command: its subcommands, logging, signals, and the life cycle of a process that runs one stage
 * or all of them. Flags are in {@code settings}, the embedded broker is in {@code broker}. Nothing depends on this
 * module.
 */
package io.millrace.launcher;
