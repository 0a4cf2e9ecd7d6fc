package io.millrace.media.mpd;

/**
 * A source of the present time (ISO/IEC 23009-1, 5.8.5.7). Immutable.
 *
 * @param scheme URN of the method
 * @param value its parameter: a URL, relative or absolute
 */
public record UtcTiming(String scheme, String value) {
    /** The URL returns the time as text in the format of xs:dateTime. */
    public static final String HTTP_XSDATE = "urn:mpeg:dash:utc:http-xsdate:2014";
    /** The URL returns the time as text in the format of ISO 8601. */
    public static final String HTTP_ISO = "urn:mpeg:dash:utc:http-iso:2014";
}
