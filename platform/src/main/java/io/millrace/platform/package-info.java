/**
 * The run-time code that the services share, in subpackages. This package itself contains the errors that end a process
 * with a one-line message, and files that hold secrets or are watched for changes.
 */
package io.millrace.platform;
