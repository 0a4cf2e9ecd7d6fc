/**
 * Common Media Client Data (CTA-5004, and CTA-5004-A for version 2): what a player reports about its playback. Belongs
 * here: the text format and the keys that say what a viewer experiences. Does not: where reports come from, and what
 * is counted. Pure.
 */
package io.millrace.media.cmcd;
