/** All stages on a log that loses records. Each test runs the stages in its own process, on a broker of its own. */
package io.millrace.launcher.lost;
