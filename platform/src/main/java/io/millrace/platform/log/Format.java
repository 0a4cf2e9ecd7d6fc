package io.millrace.platform.log;

/** A container that the packager writes. */
public enum Format { TS }
