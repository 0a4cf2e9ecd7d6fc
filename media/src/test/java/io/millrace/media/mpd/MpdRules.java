package io.millrace.media.mpd;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Checks the text of an MPD against the part of the schema (ISO/IEC 23009-1, 5th edition, DASH-MPD.xsd) that our MPDs
 * use: which elements there are, in which order and how often, and the types of attributes. Independent of the writer:
 * it reads the text with the parser of the JDK.
 */
final class MpdRules {
    private static final String DURATION = "PT\\d+(\\.\\d+)?S";
    private static final String DATE_TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z";
    private static final String UNSIGNED = "\\d+";
    private static final String ANY = ".+";

    /**
     * @param attributes pattern by name; the name of a required one ends with "!"
     * @param children names in the order of the schema; "?" at most once, "+" at least once, "*" any number
     */
    private record Rule(Map<String, String> attributes, List<String> children) {}

    private static final Rule DESCRIPTOR = new Rule(Map.of("schemeIdUri!", "urn:[\\w:.-]+", "value", ANY), List.of());
    private static final Map<String, Rule> ELEMENTS = Map.ofEntries(
            Map.entry("MPD", new Rule(Map.ofEntries(Map.entry("xmlns!", "urn:mpeg:dash:schema:mpd:2011"),
                    Map.entry("profiles!", "urn:[\\w:.-]+"), Map.entry("type", "static|dynamic"),
                    Map.entry("availabilityStartTime", DATE_TIME), Map.entry("publishTime", DATE_TIME),
                    Map.entry("mediaPresentationDuration", DURATION), Map.entry("minimumUpdatePeriod", DURATION),
                    Map.entry("minBufferTime!", DURATION), Map.entry("timeShiftBufferDepth", DURATION),
                    Map.entry("suggestedPresentationDelay", DURATION), Map.entry("maxSegmentDuration", DURATION)),
                    List.of("Period+", "UTCTiming*"))),
            Map.entry("UTCTiming", DESCRIPTOR), Map.entry("Role", DESCRIPTOR), Map.entry("Accessibility", DESCRIPTOR),
            Map.entry("AudioChannelConfiguration", DESCRIPTOR), Map.entry("Label", new Rule(Map.of(), List.of())),
            Map.entry("Period", new Rule(Map.of("id!", ANY, "start!", DURATION, "duration", DURATION),
                    List.of("AdaptationSet+"))),
            Map.entry("AdaptationSet", new Rule(Map.of("id!", UNSIGNED, "contentType!", "video|audio", "mimeType!",
                    "video/mp4|audio/mp4", "lang", "[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", "segmentAlignment!", "true",
                    "startWithSAP", "[0-6]"), List.of("Label*", "Accessibility*", "Role*", "Representation+"))),
            Map.entry("Representation", new Rule(Map.of("id!", "\\S+", "codecs!", "[\\w.-]+", "bandwidth!", UNSIGNED,
                    "width", UNSIGNED, "height", UNSIGNED, "frameRate", "\\d+(/[1-9]\\d*)?", "sar", "\\d+:\\d+",
                    "audioSamplingRate", "\\d+( \\d+)?"), List.of("AudioChannelConfiguration*", "SegmentTemplate?"))),
            Map.entry("SegmentTemplate", new Rule(Map.of("timescale!", UNSIGNED, "presentationTimeOffset", UNSIGNED,
                    "startNumber!", UNSIGNED, "initialization!", ANY, "media!", ".*\\$Number\\$.*"),
                    List.of("SegmentTimeline?"))),
            Map.entry("SegmentTimeline", new Rule(Map.of(), List.of("S+"))),
            Map.entry("S", new Rule(Map.of("t", UNSIGNED, "d!", "[1-9]\\d*", "r", "[1-9]\\d*"), List.of())));

    private final List<String> faults = new ArrayList<>();

    private MpdRules() {}

    /** Returns what is wrong with the text; nothing if it is valid. */
    static List<String> faults(String text) {
        MpdRules rules = new MpdRules();
        try {
            DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            // The default handler prints errors.
            parser.setErrorHandler(new DefaultHandler());
            Element root = parser.parse(new InputSource(new StringReader(text))).getDocumentElement();
            if (!root.getTagName().equals("MPD")) {
                rules.faults.add("the root is " + root.getTagName());
            }
            rules.element(root);
            rules.conditions(root);
        } catch (SAXException e) {
            rules.faults.add("not well-formed: " + e.getMessage());
        } catch (IOException | ParserConfigurationException e) {
            throw new AssertionError(e);
        }
        return rules.faults;
    }

    private void element(Element element) {
        Rule rule = ELEMENTS.get(element.getTagName());
        if (rule == null) {
            faults.add("unknown element " + element.getTagName());
            return;
        }
        attributes(element, rule);
        List<Element> children = children(element);
        int at = 0;
        for (String expected : rule.children()) {
            String name = expected.substring(0, expected.length() - 1);
            int count = 0;
            while (at < children.size() && children.get(at).getTagName().equals(name)) {
                at++;
                count++;
            }
            if (expected.endsWith("+") && count == 0 || expected.endsWith("?") && count > 1) {
                faults.add(count + " " + name + " in " + element.getTagName());
            }
        }
        if (at < children.size()) {
            faults.add(children.get(at).getTagName() + " is not allowed there in " + element.getTagName());
        }
        children.forEach(this::element);
    }

    private void attributes(Element element, Rule rule) {
        NamedNodeMap attributes = element.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++) {
            Node attribute = attributes.item(i);
            String pattern = rule.attributes().getOrDefault(attribute.getNodeName() + "!",
                    rule.attributes().get(attribute.getNodeName()));
            if (pattern == null || !Pattern.matches("(?s)" + pattern, attribute.getNodeValue())) {
                faults.add(element.getTagName() + "@" + attribute.getNodeName() + " is " + attribute.getNodeValue());
            }
        }
        rule.attributes().keySet().stream().filter(name -> name.endsWith("!"))
                .map(name -> name.substring(0, name.length() - 1)).filter(name -> !element.hasAttribute(name))
                .forEach(name -> faults.add(element.getTagName() + " lacks " + name));
    }

    /** Conditions of the text of the standard (5.3.1.2, table 3). */
    private void conditions(Element mpd) {
        boolean dynamic = mpd.getAttribute("type").equals("dynamic");
        for (String name : List.of("availabilityStartTime", "publishTime", "minimumUpdatePeriod")) {
            if (dynamic != mpd.hasAttribute(name)) {
                faults.add("type " + mpd.getAttribute("type") + " and " + name + ": " + mpd.getAttribute(name));
            }
        }
        if (dynamic == mpd.hasAttribute("mediaPresentationDuration")) {
            faults.add("type " + mpd.getAttribute("type") + " and mediaPresentationDuration");
        }
    }

    private static List<Element> children(Element element) {
        List<Element> children = new ArrayList<>();
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element found) {
                children.add(found);
            }
        }
        return children;
    }
}
