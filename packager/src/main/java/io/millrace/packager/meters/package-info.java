/**
 * Every meter of the packager, and the reasons that label them. Thread-safe. The other packages of the packager depend
 * on this one.
 */
package io.millrace.packager.meters;
