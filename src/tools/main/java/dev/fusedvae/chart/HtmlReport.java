package dev.fusedvae.chart;

import dev.fusedvae.io.AtomicFile;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// One page about a run: figures, tables and pictures in a single file with no script and no outside reference.
///
/// Everything is embedded, so the file can be mailed and opened offline; a content-security policy in the page makes
/// the browser enforce it. All text is escaped. The page follows the reader's light or dark setting; pictures
/// keep their white ground. The page is also well-formed XML.
///
///     HtmlReport.titled("mnist, 20 latents").section("Key figures").facts(figures)
///             .section("Losses").chart(Charts.losses(train, test), "Nats per example").save(file);
public final class HtmlReport {

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>%1$s</title>
            <style>
            %2$s</style>
            </head>
            <body>
            <main>
            <h1>%1$s</h1>
            """;

    private static final String STYLE = """
            :root { --ink: #222225; --quiet: #66666b; --paper: #ffffff; --rule: #e4e4e7; --band: #f7f7f8 }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #ececee; --quiet: #a3a3aa; --paper: #18181b; --rule: #35353a; --band: #202024 }
            }
            body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif }
            main { max-width: 50rem; margin: 0 auto; padding: 3rem 1.25rem 4rem }
            h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em }
            h2 { font-size: 1.15rem; margin: 2.6rem 0 .8rem }
            p { margin: .5rem 0; max-width: 42rem }
            .lead { color: var(--quiet) }
            .wide { overflow-x: auto }
            table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
            th, td { text-align: left; vertical-align: top; padding: .42rem .8rem; border-bottom: 1px solid var(--rule) }
            th { font-weight: 600 }
            thead th { color: var(--quiet); font-size: .85rem }
            .facts th { width: 34%; font-weight: 400; color: var(--quiet) }
            .number { text-align: right }
            tbody tr:hover { background: var(--band) }
            figure { margin: 1rem 0 1.6rem; padding: 1rem; background: #ffffff; border: 1px solid var(--rule); border-radius: 8px }
            figure img, figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto }
            figcaption { color: #66666b; font-size: .88rem; margin-top: .7rem }
            @media print { main { max-width: none; padding: 0 } figure, table { break-inside: avoid } }
            """;

    private final String title;
    private final StringBuilder body = new StringBuilder();

    private HtmlReport(String title) {
        this.title = title;
    }

    /// An empty page with its title.
    public static HtmlReport titled(String title) {
        return new HtmlReport(title);
    }

    /// A quiet line under the title, such as the data set, the date and the command.
    public HtmlReport lead(String text) {
        return element("p class=\"lead\"", "p", text);
    }

    /// Starts a section.
    public HtmlReport section(String heading) {
        return element("h2", "h2", heading);
    }

    /// A paragraph of plain text.
    public HtmlReport paragraph(String text) {
        return element("p", "p", text);
    }

    /// A two-column table of names and values, in the order of the map.
    public HtmlReport facts(Map<String, String> facts) {
        body.append("<div class=\"wide\"><table class=\"facts\"><tbody>\n");
        facts.forEach((name, value) -> body.append("<tr><th scope=\"row\">").append(escape(name)).append("</th><td>")
                .append(escape(value)).append("</td></tr>\n"));
        body.append("</tbody></table></div>\n");
        return this;
    }

    /// A table; cells that read as numbers are set to the right.
    public HtmlReport table(List<String> header, List<List<String>> rows) {
        List<String> cells = new ArrayList<>();
        body.append("<div class=\"wide\"><table><thead><tr>");
        for (int column = 0; column < header.size(); column++) {
            boolean number = isNumberColumn(rows, column);
            cells.add(number ? "td class=\"number\"" : "td");
            body.append(number ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">")
                    .append(escape(header.get(column))).append("</th>");
        }
        body.append("</tr></thead><tbody>\n");
        for (List<String> row : rows) {
            if (row.size() != header.size()) {
                throw new IllegalArgumentException("a row has " + row.size() + " cells but the header has " + header.size()
                        + "; give every row a cell for each column: " + row);
            }
            body.append("<tr>");
            for (int column = 0; column < row.size(); column++) {
                body.append('<').append(cells.get(column)).append('>').append(escape(row.get(column))).append("</td>");
            }
            body.append("</tr>\n");
        }
        body.append("</tbody></table></div>\n");
        return this;
    }

    /// A picture with its caption, which also describes it to a screen reader.
    public HtmlReport picture(BufferedImage image, String caption) {
        return png(Pictures.png(image), caption);
    }

    /// A picture from the bytes of a PNG file, with its caption.
    public HtmlReport png(byte[] png, String caption) {
        if (png.length < 8 || png[0] != (byte) 0x89 || png[1] != 'P' || png[2] != 'N' || png[3] != 'G') {
            throw new IllegalArgumentException("the picture \"" + caption + "\" is not a PNG; give the bytes of a PNG file");
        }
        return figure("<img alt=\"" + escape(caption) + "\" src=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(png) + "\"/>", caption);
    }

    /// A chart with its caption, inline as SVG.
    public HtmlReport chart(Chart chart, String caption) {
        return svg(chart.svg(), caption);
    }

    /// An SVG drawing with its caption. Scripts, event handlers, styles and references outside the page are refused.
    public HtmlReport svg(String svg, String caption) {
        return figure(InlineSvg.element(svg, caption), caption);
    }

    /// The page.
    public String html() {
        return HEAD.formatted(escape(title), STYLE) + body + "</main>\n</body>\n</html>\n";
    }

    /// Writes the page to `file`, atomically.
    public void save(Path file) {
        AtomicFile.write(file, html());
    }

    /// `text` made safe between tags and inside quoted attributes. Control characters that XML forbids become U+FFFD.
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isXml(c) ? c : 0xFFFD);
            }
        });
        return out.toString();
    }

    private static boolean isXml(int c) {
        return c == '\t' || c == '\n' || c == '\r' || c >= 0x20 && c < 0xD800 || c > 0xDFFF && c != 0xFFFE && c != 0xFFFF;
    }

    private static boolean isNumberColumn(List<List<String>> rows, int column) {
        return !rows.isEmpty() && rows.stream()
                .allMatch(row -> column >= row.size() || row.get(column).matches("[-+−±–0-9.,eE%x×\\s]*"));
    }

    private HtmlReport figure(String content, String caption) {
        body.append("<figure>\n").append(content).append("\n<figcaption>").append(escape(caption))
                .append("</figcaption>\n</figure>\n");
        return this;
    }

    private HtmlReport element(String open, String close, String text) {
        body.append('<').append(open).append('>').append(escape(text)).append("</").append(close).append(">\n");
        return this;
    }
}
