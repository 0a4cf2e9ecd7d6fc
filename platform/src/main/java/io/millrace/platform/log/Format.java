package io.millrace.platform.log;

/** A container format that the packager writes. */
public enum Format { TS }
