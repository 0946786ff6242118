package dev.fusedvae.chart;

import java.io.IOException;
import java.io.StringReader;
import java.util.Locale;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/// Accepts an SVG drawing into a page only if it is well-formed and can neither run code nor fetch anything.
final class InlineSvg {

    private static final Set<String> REFUSED = Set.of("script", "style", "foreignobject", "iframe", "handler", "listener",
            "set", "animate");

    private InlineSvg() {}

    /// The `<svg>` element of `svg` without prologue; `name` is used in errors.
    static String element(String svg, String name) {
        int start = svg.indexOf("<svg");
        if (start < 0) {
            throw refused(name, "holds no <svg> element");
        }
        String element = svg.substring(start).strip();
        check(root(element, name), name);
        return element;
    }

    private static Element root(String element, String name) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            return builder.parse(new InputSource(new StringReader(element))).getDocumentElement();
        } catch (SAXException e) {
            throw refused(name, "is not well-formed XML (" + e.getMessage() + ")");
        } catch (ParserConfigurationException | IOException e) {
            throw new IllegalStateException("the JDK's XML parser refuses its own safe settings", e);
        }
    }

    private static void check(Element element, String name) {
        String tag = element.getTagName().toLowerCase(Locale.ROOT);
        if (REFUSED.contains(tag.substring(tag.indexOf(':') + 1))) {
            throw refused(name, "contains <" + element.getTagName() + ">");
        }
        NamedNodeMap attributes = element.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++) {
            check(attributes.item(i), name);
        }
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element inner) {
                check(inner, name);
            }
        }
    }

    private static void check(Node attribute, String name) {
        String key = attribute.getNodeName().toLowerCase(Locale.ROOT);
        String value = attribute.getNodeValue().strip();
        boolean link = key.equals("href") || key.endsWith(":href") || key.equals("src");
        boolean outside = link && !value.startsWith("#") && !value.startsWith("data:image/png;")
                || value.replaceAll("url\\(['\"]?#", "").contains("url(");
        if (key.startsWith("on") || outside) {
            throw refused(name, "has the attribute " + attribute.getNodeName() + "=\"" + value + "\"");
        }
    }

    private static IllegalArgumentException refused(String name, String why) {
        return new IllegalArgumentException("the drawing \"" + name + "\" " + why
                + "; give a static SVG without scripts, styles or outside references");
    }
}
