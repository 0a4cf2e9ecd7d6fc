/**
 * Flags, environment variables and the settings file, in that order of precedence: parsing, validation, and the origin
 * of each value. The flags of an area are one class, which makes the settings of the stages from them.
 */
package io.millrace.launcher.settings;
