package dev.fusedvae.tensors;

import dev.fusedvae.io.IoFailure;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The content of a safetensors file: tensors by name, in the order of the file, and texts (metadata) by key.
public record TensorFile(Map<String, NamedTensor> tensors, Map<String, String> metadata) {

    /// Copies both maps and keeps their order.
    public TensorFile {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /// The tensor called `name`.
    public NamedTensor tensor(String name) {
        NamedTensor found = tensors.get(name);
        if (found == null) {
            throw new IoFailure("there is no tensor " + name + " in the file; it holds " + tensors.keySet());
        }
        return found;
    }

    /// The tensor called `name`, which must have exactly these dimensions.
    public NamedTensor tensor(String name, long... shape) {
        NamedTensor found = tensor(name);
        if (!Arrays.equals(found.shape(), shape)) {
            throw new IoFailure("tensor " + name + " has shape " + Arrays.toString(found.shape()) + " but the model needs "
                    + Arrays.toString(shape) + "; load a file of the same architecture");
        }
        return found;
    }

    /// The metadata text under `key`.
    public String text(String key) {
        String found = metadata.get(key);
        if (found == null) {
            throw new IoFailure("there is no metadata " + key + " in the file; it holds " + metadata.keySet());
        }
        return found;
    }
}
