package io.millrace.media.mpd;

/**
 * Builds an XML document (W3C XML 1.0, 5th edition): elements with attributes and either children or text, indented by
 * two spaces, with line feeds only. Confined to one thread.
 *
 * <p>Characters that XML 1.0 does not allow (2.2) are replaced by U+FFFD: a language or name comes from an encoder, and
 * must not make the document unreadable.
 */
final class XmlText {
    private static final String INDENT = "  ";
    private static final int REPLACEMENT = 0xFFFD;

    private final StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    private int depth;
    /** Whether the last start tag is not closed yet, so that attributes can follow. */
    private boolean open;

    /** Begins a child element of the current one. */
    XmlText begin(String name) {
        closeTag(">\n");
        text.append(INDENT.repeat(depth++)).append('<').append(name);
        open = true;
        return this;
    }

    /** Adds an attribute to the element that has just begun. */
    XmlText attribute(String name, String value) {
        text.append(' ').append(name).append("=\"");
        escape(value);
        text.append('"');
        return this;
    }

    XmlText attribute(String name, long value) {
        return attribute(name, Long.toString(value));
    }

    /** Ends the current element, which must be {@code name}. */
    XmlText end(String name) {
        depth--;
        if (open) {
            text.append("/>\n");
            open = false;
        } else {
            text.append(INDENT.repeat(depth)).append("</").append(name).append(">\n");
        }
        return this;
    }

    /** Adds a child element that contains only text. */
    XmlText element(String name, String content) {
        return begin(name).end(name, content);
    }

    /** Ends the element that has just begun, and is {@code name}, with text as its content. */
    XmlText end(String name, String content) {
        open = false;
        depth--;
        text.append('>');
        escape(content);
        text.append("</").append(name).append(">\n");
        return this;
    }

    private void closeTag(String end) {
        if (open) {
            text.append(end);
            open = false;
        }
    }

    /** Escapes characters that have a meaning in text or in a quoted attribute, and white space that parsers would change. */
    private void escape(String value) {
        value.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> text.append("&amp;");
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '"' -> text.append("&quot;");
                case '\t', '\n', '\r' -> text.append("&#").append(c).append(';');
                default -> text.appendCodePoint(isAllowed(c) ? c : REPLACEMENT);
            }
        });
    }

    /** Returns whether {@code c} is a Char of XML 1.0; an unpaired surrogate is none. */
    private static boolean isAllowed(int c) {
        return c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD || c >= 0x10000;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
