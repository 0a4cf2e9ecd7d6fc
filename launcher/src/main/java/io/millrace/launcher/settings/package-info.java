/**
 * Flags, environment variables and the settings file, in that order of precedence: parsing, validation, and the origin
 * of each value. Each class contains the flags of one area, and creates the settings of the stages from them.
 */
package io.millrace.launcher.settings;
