/**
 * MP4 files (ISO/IEC 14496-12, -14, -15): reads the sample tables of plain and fragmented files, and writes plain
 * files. Files only; not live fragments. Pure.
 */
package io.millrace.media.mp4;
