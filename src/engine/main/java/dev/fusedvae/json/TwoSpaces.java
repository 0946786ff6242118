package dev.fusedvae.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.PrettyPrinter;
import java.io.IOException;

/// A field a line, indented by two spaces; lists on the line of their field. Of its own, since the library's printer changed
/// its settings between versions. One serves one text.
final class TwoSpaces implements PrettyPrinter {
    private int objects;

    @Override
    public void writeRootValueSeparator(JsonGenerator out) throws IOException {
        out.writeRaw('\n');
    }

    @Override
    public void writeStartObject(JsonGenerator out) throws IOException {
        out.writeRaw('{');
        objects++;
    }

    @Override
    public void beforeObjectEntries(JsonGenerator out) throws IOException {
        line(out);
    }

    @Override
    public void writeObjectFieldValueSeparator(JsonGenerator out) throws IOException {
        out.writeRaw(": ");
    }

    @Override
    public void writeObjectEntrySeparator(JsonGenerator out) throws IOException {
        out.writeRaw(',');
        line(out);
    }

    @Override
    public void writeEndObject(JsonGenerator out, int entries) throws IOException {
        objects--;
        if (entries > 0) {
            line(out);
        } else {
            out.writeRaw(' ');
        }
        out.writeRaw('}');
    }

    @Override
    public void writeStartArray(JsonGenerator out) throws IOException {
        out.writeRaw('[');
    }

    @Override
    public void beforeArrayValues(JsonGenerator out) throws IOException {
        out.writeRaw(' ');
    }

    @Override
    public void writeArrayValueSeparator(JsonGenerator out) throws IOException {
        out.writeRaw(", ");
    }

    @Override
    public void writeEndArray(JsonGenerator out, int values) throws IOException {
        out.writeRaw(" ]");
    }

    private void line(JsonGenerator out) throws IOException {
        out.writeRaw('\n' + "  ".repeat(objects));
    }
}
